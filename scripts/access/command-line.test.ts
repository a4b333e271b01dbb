import { describe, expect, it } from 'vitest';
import { OPERATOR_COMMANDS, OPERATOR_HELP, SHARED_OPTIONS as OPERATOR_SHARED } from '../operator/commands.js';
import { PROVINCE_HELP, PROVINCE_STEPS, SHARED_OPTIONS } from '../province/commands.js';
import { CommandLineError } from './command-error.js';
import { parseCommandLine, shortHelp, type Given } from './command-line.js';

const province = (...argv: string[]) => parseCommandLine(PROVINCE_STEPS, SHARED_OPTIONS, argv);
const operator = (...argv: string[]) => parseCommandLine(OPERATOR_COMMANDS, OPERATOR_SHARED, argv);
const understood = <Name extends string>(given: Given<Name> | 'help'): Given<Name> => {
  if (given === 'help') throw new Error('help');
  return given;
};

describe('the command line', () => {
  it('reads a step and its options', () => {
    const { command, options } = understood(province('apply', '--province', 'hainan', '--token', '-', '--json'));
    expect([command, options.get('province'), options.get('token'), options.isSet('json'), options.find('hub')]).toEqual(['apply', 'hainan', '-', true, undefined]);
  });

  it('reads what is given without an option', () => {
    expect(understood(operator('admit', '460000')).options.get('province')).toBe('460000');
    expect(understood(operator('key-entries', 'kid', '--from', '2022-04-15T08:00:00+08:00')).options.moment('from').toISOString()).toBe('2022-04-15T00:00:00.000Z');
  });

  it('finds the command behind options', () => {
    const { command, options } = understood(province('--home', 'keys', '--json', 'status'));
    expect([command, options.find('home'), options.isSet('json')]).toEqual(['status', 'keys', true]);
    expect(understood(operator('--as=operator-b', 'admit', 'hainan')).options.get('province')).toBe('hainan');
    expect(() => province('--home', 'x', 'aply')).toThrow('no "aply"; there are apply, keys');
  });

  it('has a short help for what was meant', () => {
    expect(shortHelp('province', PROVINCE_STEPS, ['--json', 'leave'])).toBe('Usage: npm run province -- leave --confirm CODE\nHelp:  npm run province -- --help');
    expect(shortHelp('operator', OPERATOR_COMMANDS, ['admti'])).toContain('<invite | members | admit |');
  });

  it.each([
    ['a step that does not exist', () => province('aply')],
    ['an option of another step', () => province('keys', '--finish')],
    ['a positional too many', () => operator('members', 'hainan')],
    ['a positional too few', () => operator('admit')],
    ['an option without its value', () => province('apply', '--token')],
    ['a mandatory option left away', () => understood(province('apply')).options.get('token')],
    ['a time without its zone', () => understood(province('revoke-key', '--from', '2022-04-15T08:00:00')).options.moment('from')],
    ['a day alone', () => understood(province('revoke-key', '--from', '2022-04-15')).options.moment('from')],
  ])('refuses %s', (_, attempt) => {
    expect(attempt).toThrow(CommandLineError);
  });

  it('takes a token or a key id that begins like an option for what it is', () => {
    const value = `-${'a'.repeat(41)}_`;
    expect(understood(province('apply', '--token', value, '--json')).options.get('token')).toBe(value);
    expect(understood(operator('key-entries', value, '--json')).options.get('kid')).toBe(value);
    expect(understood(operator('key-entries', value, '--json')).options.isSet('json')).toBe(true);
  });

  it('gives help when asked, and with nothing asked', () => {
    expect([province(), province('--help'), province('keys', '-h'), operator('help')]).toEqual(['help', 'help', 'help', 'help']);
  });

  it('names every command in its help', () => {
    for (const name of Object.keys(PROVINCE_STEPS)) expect(PROVINCE_HELP).toContain(`npm run province -- ${name}`);
    for (const name of Object.keys(OPERATOR_COMMANDS)) expect(OPERATOR_HELP).toContain(`npm run operator -- ${name}`);
  });
});
