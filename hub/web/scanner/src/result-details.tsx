import type { ReactElement, ReactNode } from 'react';
import { fillIn } from '../../shared/language.js';
import { momentInWords, spanInWords } from '../../shared/span.js';
import type { Check, CheckResult } from './check-result.js';
import { useTexts } from './page-context.js';
import { provinceInWords } from './province-words.js';
import type { Texts } from './texts.js';
import { EVIDENCE_WORDS, FRESHNESS_WORDS, KIND_WORDS, STATUS_WORDS } from './words.js';

const LONG_NAME = 20;

/** The parser lets no such character through; what came another way is not trusted to have been parsed. */
const withoutDirections = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '');

/** Text that came with the code: `<bdi>` keeps what it holds from turning the direction of what stands around it. */
const Foreign = ({ children }: { readonly children: string }): ReactElement => <bdi className="foreign">{withoutDirections(children)}</bdi>;

/** The masked name, what the result rests on and how old it is. */
export function ResultDetails({ check }: { readonly check: Check }): ReactElement {
  const { texts, say, language } = useTexts();
  const { result, reasonText } = check;
  const isStated = result.recognition === 'recognised';
  const rows: readonly (readonly [keyof Texts, ReactNode])[] = [
    ['freshness', isStated ? freshnessOf(result, texts, say(FRESHNESS_WORDS[result.freshness]), (seconds) => spanInWords(seconds, language)) : undefined],
    ['issuer', result.issuer === undefined ? undefined : provinceInWords(result.issuer, language)],
    ['conflicts', result.conflicts?.map(({ issuer, status }) => `${provinceInWords(issuer, language)} ${say(STATUS_WORDS[status] ?? { zh: '', en: '' })}`).join(' · ')],
    ['reason', isStated && result.reason !== undefined ? reasonOf(result.reason, reasonText?.[language], texts) : undefined],
    ['guidance', isStated ? orUndefined(language === 'zh' ? reasonText?.guidanceZh : reasonText?.guidanceEn) : undefined],
    ['authority', result.authority === undefined ? undefined : <Foreign>{provinceInWords(result.authority, language)}</Foreign>],
    ['evidence', result.evidence === undefined ? undefined : say(EVIDENCE_WORDS[result.evidence])],
    [result.kind === 'nucleic-acid-test' ? 'sampled' : 'since', result.since === undefined ? undefined : momentInWords(result.since, language)],
    ['expires', result.expiresAt === undefined ? undefined : momentInWords(result.expiresAt, language)],
    ['rule', ruleOf(check)],
    ['policy', result.policy === undefined ? undefined : <Foreign>{`${result.policy.id} ${String(result.policy.version)}`}</Foreign>],
    ['errorCode', result.errorCode === '' ? undefined : <code>{result.errorCode}</code>],
  ];
  return (
    <>
      <NameLine check={check} />
      <dl className="details">
        {rows
          .filter(([, content]) => content !== undefined && content !== '')
          .map(([label, content]) => (
            <div key={label} data-row={label}>
              <dt>{texts[label]}</dt>
              <dd>{content}</dd>
            </div>
          ))}
      </dl>
      <p className="decided">
        {result.kind === undefined ? '' : `${say(KIND_WORDS[result.kind])} · `}
        {deciderOf(result, texts)}
      </p>
    </>
  );
}

/** Whom to compare with: of what is not recognised nobody is told. */
function NameLine({ check: { result, shown } }: { readonly check: Check }): ReactElement | null {
  const { texts } = useTexts();
  if (result.recognition !== 'recognised') return null;
  if (result.maskedName !== undefined && result.maskedName !== '') {
    return (
      <p className={result.maskedName.length > LONG_NAME ? 'name long' : 'name'}>
        <span>{texts.compareName}</span>
        <strong>
          <bdi>{withoutDirections(result.maskedName)}</bdi>
        </strong>
      </p>
    );
  }
  return <p className="name none">{shown === 'document' ? texts.noNameCard : texts.noName}</p>;
}

const orUndefined = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function freshnessOf({ age, freshness }: CheckResult, texts: Texts, grade: string, inWords: (seconds: number) => string): string {
  if (freshness === 'unknown' || age === undefined) return texts.freshUnknown;
  const { ageSeconds, limitSeconds } = age;
  if (limitSeconds === undefined) return fillIn(texts.freshBeyond, { grade, age: inWords(ageSeconds) });
  return fillIn(texts.freshKnown, { grade, age: inWords(ageSeconds), limit: inWords(limitSeconds) });
}

function reasonOf(code: string, words: string | undefined, texts: Texts): ReactNode {
  if (code === 'REASON_NOT_STATED') return texts.reasonNotStated;
  return (
    <>
      {words === undefined || words === '' ? '' : `${words} `}
      <code>{code}</code>
    </>
  );
}

function ruleOf({ result: { rule }, ruleTitle }: Check): ReactNode {
  if (rule === undefined) return undefined;
  return <Foreign>{`${ruleTitle === undefined ? '' : `${ruleTitle} `}${rule.id} ${rule.version}`}</Foreign>;
}

function deciderOf({ decidedBy, packageVersion }: CheckResult, texts: Texts): string {
  if (decidedBy === 'hub') return texts.decidedHub;
  return decidedBy === 'package' ? fillIn(texts.decidedPackage, { version: packageVersion ?? '' }) : texts.decidedDevice;
}
