import { printCommands, type CommandSpecification } from '../access/command-line.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** What an operator can do. */
export const OPERATOR_COMMANDS = {
  invite: { usage: '<province> [--prefixes A,B]', summary: 'makes a one-time token for a province that shall apply; --prefixes: how its codes may begin', positionals: ['province'], options: { prefixes: text } },
  members: { usage: '', summary: 'every member and applicant' },
  admit: { usage: '<province>', summary: 'lets a province in whose keys are accepted and whose badge is in force', positionals: ['province'] },
  suspend: { usage: '<province> --reason TEXT', summary: 'proposes to suspend a province; a second operator approves', positionals: ['province'], options: { reason: text } },
  resume: { usage: '<province>', summary: 'ends a suspension', positionals: ['province'] },
  actions: { usage: '[--open]', summary: 'what needs two operators', options: { open: flag } },
  approve: { usage: '<action>', summary: 'the second operator’s yes; takes effect at once', positionals: ['action'] },
  reject: { usage: '<action>', summary: 'the second operator’s no', positionals: ['action'] },
  matrix: { usage: '[--watch]', summary: 'who recognises whom: declared, configured, measured; --watch: again every 5 s until Ctrl-C', options: { watch: flag } },
  propagation: { usage: '[--watch]', summary: 'how long a province’s change took to show in answers, online and at connected checkpoints; --watch: again every 5 s until Ctrl-C', options: { watch: flag } },
  expiries: { usage: '[--within DAYS]', summary: 'what ends of the members, soonest first: keys, certificates and NATS users that this hub issued, badges (`due`: the first one), regional rules; not certificates of another authority, the hub’s own and operators’ among them', options: { within: text } },
  events: { usage: '[--after ID]', summary: 'what happened to members, oldest first', options: { after: text } },
  policies: { usage: '', summary: 'the national floor and every stricter regional rule, proposals included' },
  'approve-policy': { usage: '<policy>', summary: 'an operator’s yes to a proposed regional rule', positionals: ['policy'] },
  'reject-policy': { usage: '<policy>', summary: 'an operator’s no to it', positionals: ['policy'] },
  'key-entries': { usage: '<kid> [--from TIME]', summary: 'which attestations stood on a signing key, and which of them do not stand any more', positionals: ['kid'], options: { from: text } },
  'package-root': {
    usage: '<show | make | rotate> [--folder DIR --root-key FILE,FILE --online-key FILE] [--new-root-key FILE,FILE] [--threshold N] [--days N]',
    summary: 'the root of trust of the offline package, made and replaced without a network; the old keys and the new ones sign; without --folder that of the country on this machine',
    positionals: ['step'],
    options: { folder: text, 'root-key': text, 'new-root-key': text, 'online-key': text, threshold: text, days: text },
  },
} as const satisfies Readonly<Record<string, CommandSpecification>>;

/** Name of one of them. */
export type OperatorCommand = keyof typeof OPERATOR_COMMANDS;

/** One that a hub carries out. */
export type HubCommand = Exclude<OperatorCommand, 'package-root'>;

/** Options that each of them takes. */
export const SHARED_OPTIONS = {
  json: flag, hub: text, certificate: text, key: text, ca: text, as: text, data: text, help: { type: 'boolean', short: 'h' },
} as const;

/** Help text. */
export const OPERATOR_HELP = `What national operators do.

${printCommands('operator', OPERATOR_COMMANDS)}

  <province> is a GB/T 2260 code or a slug: 460000, hainan

Options
  --as NAME         operator-a (default), operator-b or auditor of the country that runs on this machine
  --data FOLDER     that country's folder (default: that of \`npm start\`, else of \`npm run country\`)
  --hub HOST:PORT --ca FILE --certificate FILE --key FILE
                    another hub, the authority of its certificate, and the operator's own certificate and key, PEM
  --json            for machines (\`npm run -s operator\` keeps npm's own lines out)

Exit code: 0 done, 1 refused by the hub, 2 not understood or nobody answered.`;
