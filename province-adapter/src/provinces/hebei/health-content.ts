import { endOfChinaDay, formatChinaTime } from '../../local-format/china-time.js';
import { RESULT_PENDING } from '../../stand-in/pending-result.js';
import { maskName, maskNumber, type SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { profile } from './profile.js';
import { latestOfEachProvince, standingReports, type SharedReport } from './shared-reports.js';

/** What the documented client takes for a grade that is not there: the system itself leaves the member out. */
const GRADE_ABSENT = '20';

/** Ours: rows of other provinces have no documented member that says whose they are. */
const reportRow = ({ issuer, status }: Pick<SharedReport, 'issuer'> & { readonly status: string }): unknown => ({
  healthyStaus: status,
  standinProvince: issuer,
});

/** Ours: the sample was taken yesterday at eight, unless the store says when. Hours before the end of today. */
const SAMPLED_HOURS_AGO = 40;

/** The last test: without a word for its result while there is none yet, empty when there was none. */
function testOf({ fields }: SyntheticPerson, now: number): unknown {
  const { hsjcjgmc } = fields;
  if (hsjcjgmc === undefined) return {};
  const hsjcsj = fields['hsjcsj'] ?? formatChinaTime(endOfChinaDay(now) - SAMPLED_HOURS_AGO * 3_600_000);
  return hsjcjgmc === RESULT_PENDING ? { hsjcsj } : { hsjcjg: 'standin', hsjcjgmc, hsjcsj };
}

/**
 * STAND-IN: 健康信息 of a person, in the members that were seen. Documented are the names, and the values of healthyStaus, fxdj,
 * xzqhfxdj, isGoHubeiWH, isEpidemicAreaRisk, isContactPatient and symptom; every other value is ours.
 *
 * @param shared what other provinces state; shown beside Hebei's own row, never made into fxdj
 * @param now milliseconds since the epoch
 */
export function healthContent(person: SyntheticPerson, shared: readonly SharedReport[], now: number): unknown {
  const grade = person.fields['fxdj'] ?? GRADE_ABSENT;
  const own = { issuer: profile.code, status: grade, since: Math.floor(person.changedAt / 1000) };
  const rows = [...(grade === GRADE_ABSENT ? [] : [own]), ...standingReports(shared, now)];
  const isLow = grade === '00';
  return {
    data: {
      healthyReport: rows.map(reportRow),
      yqReports: [
        {
          date: formatChinaTime(now).slice(0, 10),
          city: '测试市',
          phone: person.phone,
          temperature: '36.5',
          xzqhfxdj: '1',
          isGoHubeiWH: '2',
          isEpidemicAreaRisk: '2',
          isContactPatient: '2',
          symptom: isLow ? '1' : '2^7',
        },
      ],
      person: { desensitizeName: maskName(person.name), desensitizeCardId: maskNumber(person.documentNumber) },
      rjmj: { bingli: '0' },
      ...(grade === GRADE_ABSENT ? {} : { fxdj: grade }),
      hasWarm: isLow ? '未见异常' : '有预警',
      warmMsgs: isLow ? [] : ['请联系所在社区'],
      warnType: isLow ? '' : 'standin-warn',
      isrjry: '0',
      allHealthyReportPerProvinceOne: latestOfEachProvince(rows).map(reportRow),
      xcgjAllList: [{ standinFrom: '测试市', standinTo: '测试县', standinVehicle: 'G9999' }],
      hsjc: testOf(person, now),
      ktjc: {},
    },
  };
}
