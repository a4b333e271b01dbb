import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { Metadata, Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { serviceDefinition, v1, type GeneratedService } from '@health-code/messages';
import * as x509 from '@peculiar/x509';
import { makeTestAuthority, type TestAuthority } from '../../deploy/embedded/test-pki.js';

x509.cryptoProvider.set(webcrypto);

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

/** What a fake hub answers to a method; what it throws as {@link refusal} is refused so. */
export type FakeHandlers = Readonly<Record<string, (request: never, caller: string) => object | Promise<object>>>;

/** A hub of a test: the services' wire, TLS and nothing else. */
export interface FakeHub {
  readonly address: string;
  readonly enrolment: string;
  /** Authority of the servers' certificates. */
  readonly authority: Buffer;
  readonly members: TestAuthority;
  /** Issues from PKCS#10. */
  readonly issue: (certificateRequest: Uint8Array, identity: string) => Promise<v1.IIssuedCertificate>;
  readonly stop: () => void;
}

const field = (number: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([number * 8 + 2]), lengthOf(bytes), bytes]);
const lengthOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]);
const any = (name: string, value: Buffer): Buffer => field(3, Buffer.concat([field(1, Buffer.from(`type.googleapis.com/google.rpc.${name}`)), field(2, value)]));

/** A refusal as the hub makes it (google.rpc.Status in `grpc-status-details-bin`). */
export function refusal(code: string, message: string, fields: Readonly<Record<string, string>> = {}, extra: Readonly<Record<string, string>> = {}) {
  const information = Buffer.concat([
    field(1, Buffer.from(code)),
    field(2, Buffer.from('healthcode')),
    ...Object.entries(extra).map(([key, value]) => field(3, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]))),
  ]);
  const request = Object.entries(fields).map(([name, description]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(description))])));
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.concat([Buffer.from([8, 3]), any('ErrorInfo', information), ...(request.length === 0 ? [] : [any('BadRequest', Buffer.concat(request))])]));
  return Object.assign(new Error(`${code}: ${message}`), { code: status.FAILED_PRECONDITION, details: `${code}: ${message}`, metadata });
}

async function issuer({ certificate, key }: TestAuthority): Promise<FakeHub['issue']> {
  const authority = new x509.X509Certificate(certificate);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key.toString()), P256, false, ['sign']);
  return async (certificateRequest, identity) => {
    const request = new x509.Pkcs10CertificateRequest(certificateRequest);
    if (!(await request.verify())) throw refusal('CERTIFICATE_REQUEST_REFUSED', 'not signed by the key it names');
    const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR_MS);
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: `01${randomBytes(8).toString('hex')}`,
      subject: request.subjectName, issuer: authority.subjectName,
      notBefore: new Date(Date.now() - 60_000), notAfter,
      publicKey: request.publicKey, signingKey, signingAlgorithm: SIGNATURE,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identity }]), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
    });
    return { chain: [new Uint8Array(issued.rawData)], identity, expiresAt: { seconds: Math.floor(notAfter.getTime() / 1000), nanos: 0 } };
  };
}

const SERVICES = [v1.Adapter, v1.Checkpoint, v1.Ledger, v1.Membership, v1.MutualRecognition, v1.Operator];

function serve(server: Server, services: readonly GeneratedService[], handlers: FakeHandlers): void {
  const unary = (handle: FakeHandlers[string]) => (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    const caller = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
    Promise.resolve()
      .then(() => handle(call.request as never, caller.replace(/^URI:/, '')))
      .then((answer) => callback(null, answer), (error: unknown) => callback(error as Error));
  };
  for (const service of services) {
    const definition = serviceDefinition(service);
    const own = Object.fromEntries(Object.entries(definition).filter(([method]) => method in handlers));
    if (Object.keys(own).length > 0) server.addService(own, Object.fromEntries(Object.keys(own).map((method) => [method, unary(handlers[method] ?? (() => ({})))])));
  }
}

const listen = (server: Server, credentials: ServerCredentials): Promise<string> =>
  new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
      if (error === null) resolve(`127.0.0.1:${String(port)}`);
      else reject(error);
    });
  });

/** Opens both listeners: the services over mTLS, and enrolment over TLS. */
export async function startFakeHub(handlers: (hub: Pick<FakeHub, 'issue'>) => FakeHandlers): Promise<FakeHub> {
  const [servers, members] = [await makeTestAuthority('server CA'), await makeTestAuthority('member CA')];
  const { certificate, key } = await servers.issueServer();
  const pair = [{ cert_chain: certificate, private_key: key }];
  const issue = await issuer(members);
  const [server, enrolment] = [new Server(), new Server()];
  const answered = handlers({ issue });
  serve(server, SERVICES, answered);
  serve(enrolment, [v1.Enrolment], answered);
  return {
    address: await listen(server, ServerCredentials.createSsl(members.certificate, pair, true)),
    enrolment: await listen(enrolment, ServerCredentials.createSsl(null, pair, false)),
    authority: servers.certificate,
    members,
    issue,
    stop: () => {
      server.forceShutdown();
      enrolment.forceShutdown();
    },
  };
}
