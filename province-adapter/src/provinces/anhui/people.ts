import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

type Fields = Readonly<Record<string, string>>;

/** 授权 of everything a query can state. Fields of the store are texts, so the list is one here. */
const ALL = [
  'idCardNo',
  'userPhone',
  'name',
  'healthLevel',
  'dataSource',
  'nativeType',
  'jzdSjCode',
  'jzdQxCode',
  'jzdJdCode',
  'jzdSqCode',
  'colourReason',
  'changeTime',
  'detailedAddress',
];
const without = (...fields: readonly string[]): string => ALL.filter((field) => !fields.includes(field)).join(',');

const level = (healthLevel: string, colourReason = '', own: Fields = {}): Fields => ({
  healthLevel,
  colourReason,
  changeTime: '20220401083000',
  dataSource: '1',
  authField: ALL.join(','),
  ...own,
});
const green = level('1');

/** What 安康码 holds about each synthetic person, in order: some authorised less than everything, some carry the national code. */
const STATEMENTS: readonly Fields[] = [
  green,
  green,
  level('2', '居家隔离医学观察'),
  level('3', '密切接触者'),
  level('2', '中高风险地区旅居史', { dataSource: '2' }),
  level('3', '核酸检测阳性', { authField: without('colourReason') }),
  level('2', '健康申报异常', { authField: without('name', 'userPhone', 'detailedAddress', 'changeTime') }),
  level('3', '其他需要管控的情形'),
  level(''),
  level('1', '', { dataSource: '2' }),
  level('3', '集中隔离医学观察', { dataSource: '2', authField: without('dataSource') }),
  level('', '', { authField: without('healthLevel') }),
  ...Array.from({ length: 12 }, () => green),
];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople('993401', STATEMENTS);
