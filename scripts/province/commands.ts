import { printCommands, type CommandSpecification } from '../access/command-line.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** The steps of a province, in the order in which one that joins takes them. */
export const PROVINCE_STEPS = {
  apply: {
    usage: '--province PROVINCE --token TOKEN --organisation USCC [--hub HOST:PORT --enrolment HOST:PORT --hub-ca FILE]',
    summary: 'first contact: redeems the one-time token (the text, a file, or - for standard input) for a certificate',
    options: { token: text, organisation: text, hub: text, enrolment: text, 'hub-ca': text },
  },
  keys: { usage: '', summary: 'makes signing and encryption keys, and has those accepted that are not' },
  conformance: {
    usage: '[--practice] [--every 30d] [--local-system URL [--credentials FILE]] [--fixture FILE] [--settings FOLDER] [--adapter-version V] [--report FILE] [--junit FILE]',
    summary: 'runs the conformance kit against the province’s adapter, signs and submits the report, keeps the badge; --every: again and again; --practice: submits nothing and needs no hub',
    options: { practice: flag, every: text, 'local-system': text, credentials: text, fixture: text, settings: text, 'adapter-version': text, report: text, junit: text },
  },
  status: { usage: '', summary: 'where the province stands, what comes next, what ends, what happened, and every file' },
  credentials: { usage: '', summary: 'gets the NATS credentials of an admitted province; writes adapter.env' },
  run: {
    usage: '[--local-system URL [--credentials FILE]] [--checkpoint FOLDER]',
    summary: 'runs the adapter beside the country on this machine until Ctrl-C; without --local-system beside a stand-in of the local system; --checkpoint: and an enrolled device',
    options: { 'local-system': text, credentials: text, checkpoint: text },
  },
  rotate: {
    usage: '--signing | --encryption | --certificate | --nats  [--finish]',
    summary: 'puts a new one beside the one in use; --finish: takes the former key out, once the adapter has registered with the new one',
    options: { signing: flag, encryption: flag, certificate: flag, nats: flag, finish: flag },
  },
  'revoke-key': { usage: '--kid KID --from TIME', summary: 'a signing key is in other hands since a moment: what it signed since then does not stand', options: { kid: text, from: text } },
  suspend: {
    usage: '--sequence NUMBER [--adapter URL] [--push-token FILE]',
    summary: 'what an attestation says, and every renewal of it, does not stand until it is lifted, or something else is stated',
    options: { sequence: text, adapter: text, 'push-token': text },
  },
  lift: { usage: '--sequence NUMBER [--adapter URL] [--push-token FILE]', summary: 'lets what was suspended stand again', options: { sequence: text, adapter: text, 'push-token': text } },
  'invite-checkpoint': { usage: '', summary: 'makes a one-time code by which a device becomes a checkpoint' },
  checkpoints: { usage: '', summary: 'the province’s checkpoints' },
  'revoke-checkpoint': { usage: '<id>', summary: 'takes a checkpoint’s certificate back at once', positionals: ['id'] },
  'propose-policy': {
    usage: '--issuers A,B|all --reason TEXT --until TIME [--from TIME]',
    summary: 'asks for a stricter rule for what is shown in this province, of the codes of the provinces named, or of all others that are members now; from now or --from on; an operator approves',
    options: { reason: text, from: text, until: text, issuers: text },
  },
  'withdraw-policy': { usage: '<id>', summary: 'ends such a rule, or a proposal of one, now', positionals: ['id'] },
  leave: { usage: '--confirm CODE', summary: 'leaves for good; the province’s own code says that it is meant', options: { confirm: text } },
} as const satisfies Readonly<Record<string, CommandSpecification>>;

/** Name of one of them. */
export type ProvinceStep = keyof typeof PROVINCE_STEPS;

/** Options that each of them takes. */
export const SHARED_OPTIONS = { province: text, home: text, json: flag, data: text, help: { type: 'boolean', short: 'h' } } as const;

/** Help text. */
export const PROVINCE_HELP = `What a province does to join, to stay and to leave.

${printCommands('province', PROVINCE_STEPS)}

Every step can be repeated: what is done already is found, and nothing is done twice. docs/join.md goes through all of them.

Options
  --province PROVINCE  GB/T 2260 code or slug: 460000, hainan; not needed where one province alone has its home on this machine
  --home FOLDER        where the province keeps keys, certificate, credentials, badge and adapter.env (default .data/provinces/<code>/)
  --hub --enrolment --hub-ca
                       the hub's two addresses and the authority of its certificates; by default those of the country that runs on this machine
  --credentials FILE   JSON object of the secrets by which the province's own system knows the adapter; its path is kept in the home and in adapter.env
                       (default: LOCAL_SYSTEM_CREDENTIALS_FILE of the environment, then what the home keeps)
  --adapter URL        HTTP address of the province’s running adapter; not needed for one that runs on this machine
  --push-token FILE    what the adapter is asked with (default: PUSH_TOKEN_FILE of the environment); not needed at a loopback address without one
  --data FOLDER        folder of that country (default: that of \`npm start\`, else of \`npm run country\`)
  --json               for machines (\`npm run -s province\` keeps npm's own lines out)

TIME is ISO 8601 with its zone: 2022-04-15T08:00:00+08:00.
Exit code: 0 done, 1 refused by the hub or by a check, 2 not understood or nobody answered.`;
