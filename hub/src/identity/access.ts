import { ROLES, type Role } from '@health-code/messages';

/** Which of the configured limits a call counts against. `verify`: one for each code it shows. */
export type CallLimit = 'verify' | 'member';

/** Who may call one method, and what a call costs. */
export interface AccessRule {
  readonly roles: readonly Role[];
  readonly limit: CallLimit;
}

const by = (...roles: readonly Role[]): AccessRule => ({ roles, limit: 'member' });
const verifyingBy = (...roles: readonly Role[]): AccessRule => ({ roles, limit: 'verify' });

/**
 * The allow-list of the port that asks for certificates: every method of every service on it, by its path. What has no row is
 * not served. docs/access.md says the same for people, and a test keeps both equal.
 */
export const ACCESS: ReadonlyMap<string, AccessRule> = new Map<string, AccessRule>([
  ['/healthcode.v1.PersonalHealthCode/DeclareHealth', by('province')],
  ['/healthcode.v1.PersonalHealthCode/DeclareTrip', by('province')],
  ['/healthcode.v1.PersonalHealthCode/QueryHealth', by('province', 'checkpoint')],
  ['/healthcode.v1.PersonalHealthCode/ApplyCode', by('province')],
  ['/healthcode.v1.PersonalHealthCode/MakeCode', by('province')],
  ['/healthcode.v1.PersonalHealthCode/VerifyCode', verifyingBy('province', 'checkpoint')],
  ['/healthcode.v1.PersonalHealthCode/CorrectHealth', by('province')],
  ['/healthcode.v1.PersonalHealthCode/QueryCorrection', by('province')],
  ['/healthcode.v1.PersonalHealthCode/ConvertCode', by('province')],
  ['/healthcode.v1.Checkpoint/VerifyCode', verifyingBy('checkpoint')],
  ['/healthcode.v1.Checkpoint/VerifyBatch', verifyingBy('checkpoint')],
  // Opening one is a call like any other; its messages are counted one by one where they are read.
  ['/healthcode.v1.Checkpoint/VerifyStream', by('checkpoint')],
  ['/healthcode.v1.Checkpoint/WatchRevocations', by('checkpoint')],
  ['/healthcode.v1.Checkpoint/FollowStatusLists', by('checkpoint')],
  ['/healthcode.v1.Checkpoint/GetPackageRoot', by('checkpoint')],
  ['/healthcode.v1.Checkpoint/ReportChecks', by('checkpoint')],
  ['/healthcode.v1.Adapter/Register', by('province')],
  ['/healthcode.v1.Adapter/Heartbeat', by('province')],
  ['/healthcode.v1.Adapter/ListForeignStatements', by('province')],
  ['/healthcode.v1.Adapter/StateRiskLevels', by('province')],
  ['/healthcode.v1.Membership/GetMembership', by('province')],
  ['/healthcode.v1.Membership/GetChallenge', by('province')],
  ['/healthcode.v1.Membership/SubmitKeys', by('province')],
  ['/healthcode.v1.Membership/RevokeKey', by('province')],
  ['/healthcode.v1.Membership/SubmitConformance', by('province')],
  ['/healthcode.v1.Membership/RenewCertificate', by('province')],
  ['/healthcode.v1.Membership/RevokeOtherCertificates', by('province')],
  ['/healthcode.v1.Membership/IssueNatsUser', by('province')],
  ['/healthcode.v1.Membership/InviteCheckpoint', by('province')],
  ['/healthcode.v1.Membership/ListCheckpoints', by('province')],
  ['/healthcode.v1.Membership/RevokeCheckpoint', by('province')],
  ['/healthcode.v1.Membership/ProposePolicy', by('province')],
  ['/healthcode.v1.Membership/WithdrawPolicy', by('province')],
  ['/healthcode.v1.Membership/Leave', by('province')],
  ['/healthcode.v1.Ledger/GetSummary', by(...ROLES)],
  ['/healthcode.v1.Ledger/GetEntry', by('province', 'operator', 'auditor')],
  ['/healthcode.v1.Ledger/ListEntries', by('province', 'operator', 'auditor')],
  ['/healthcode.v1.Ledger/ListProvinces', by(...ROLES)],
  ['/healthcode.v1.Ledger/ListRiskLevels', by(...ROLES)],
  ['/healthcode.v1.Ledger/ListKeyEntries', by('province', 'operator', 'auditor')],
  ['/healthcode.v1.Ledger/GetHubKeys', by(...ROLES)],
  ['/healthcode.v1.MutualRecognition/GetMatrix', by(...ROLES)],
  ['/healthcode.v1.MutualRecognition/ListPolicies', by(...ROLES)],
  ['/healthcode.v1.MutualRecognition/Probe', by('checkpoint')],
  ['/healthcode.v1.MutualRecognition/GetPropagation', by(...ROLES)],
  ['/healthcode.v1.Operator/InviteProvince', by('operator')],
  ['/healthcode.v1.Operator/AdmitProvince', by('operator')],
  ['/healthcode.v1.Operator/ResumeProvince', by('operator')],
  ['/healthcode.v1.Operator/ProposeAction', by('operator')],
  ['/healthcode.v1.Operator/DecideAction', by('operator')],
  ['/healthcode.v1.Operator/ListActions', by('operator', 'auditor')],
  ['/healthcode.v1.Operator/ListMembers', by('operator', 'auditor')],
  ['/healthcode.v1.Operator/ListExpiries', by('operator', 'auditor')],
  ['/healthcode.v1.Operator/ListEvents', by('operator', 'auditor')],
  ['/healthcode.v1.Operator/DecidePolicy', by('operator')],
  ['/grpc.health.v1.Health/Check', by(...ROLES)],
  ['/grpc.health.v1.Health/List', by(...ROLES)],
  ['/grpc.health.v1.Health/Watch', by(...ROLES)],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', by(...ROLES)],
  ['/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', by(...ROLES)],
]);

/** The port that asks for no certificate offers this method and no other. */
export const ENROLMENT_PATH = '/healthcode.v1.Enrolment/Apply';
