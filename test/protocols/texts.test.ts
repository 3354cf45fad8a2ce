// What people write: options and socket addresses. Right ones are read, wrong ones refused with what was expected.
import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../protocols/catalogue.ts';
import { chordOptions } from '../../protocols/chord/options.ts';
import { OptionError, optionKeys, parseOptions, writeOptions } from '../../protocols/option-text.ts';
import { type OptionTree, withDefaults } from '../../protocols/options.ts';
import { pingOptions } from '../../protocols/ping/options.ts';
import { endpointText, parseEndpoint } from '../../protocols/socket-address.ts';

describe('options', () => {
  test('are laid over the defaults, the last of several holding', () => {
    const given = parseOptions(chordOptions, ['lookup.every=1s', 'successors=4', 'lookup.every=250 ms']);
    expect(withDefaults(chordOptions, given)).toEqual({
      ...withDefaults(chordOptions),
      successors: 4,
      lookup: { ...withDefaults(chordOptions).lookup, every: 250e6 },
    });
  });

  test('are written as they are read', () => {
    for (const { options } of Object.values(catalogue)) {
      const values = withDefaults(options);
      expect(withDefaults(options, parseOptions(options, writeOptions(options, values)))).toEqual(values);
    }
    const ping = withDefaults(pingOptions, { every: 1234567, targets: 'all-pairs' });
    expect(withDefaults(pingOptions, parseOptions(pingOptions, writeOptions(pingOptions, ping)))).toEqual(
      ping,
    );
  });

  test.each([
    ['every=1.5h', { every: 5400e9 }],
    ['every=1us', { every: 1000 }],
    ['every=2d', { every: 2 * 86_400e9 }],
    ['bytes=64', { bytes: 64 }],
    ['bytes=1.5KB', { bytes: 1500 }],
    ['bytes=2KiB', { bytes: 2048 }],
    ['targets=all-pairs', { targets: 'all-pairs' }],
  ])('%s is read', (text, values) => {
    expect(parseOptions(pingOptions, [text])).toEqual(values);
  });

  test('a series is a list of whole numbers', () => {
    const tree: OptionTree = { counts: { kind: 'series', default: [1], maximum: 100, about: 'numbers' } };
    expect(parseOptions(tree, ['counts=5,0, 12'])).toEqual({ counts: [5, 0, 12] });
    expect(writeOptions(tree, { counts: [5, 0, 12] })).toEqual(['counts=5,0,12']);
    for (const text of ['', '5,', '5,-1', '5;6', '1.5', '5,101'])
      expect(() => parseOptions(tree, [`counts=${text}`])).toThrow(
        `counts: found '${text}', expected whole numbers up to 100 with commas between them, such as 5,0,12`,
      );
  });

  test.each([
    ['every', "found 'every', expected key.path=value"],
    ['every=', "every: found '', expected a duration with its unit (ns, us, ms, s, m, h, d), such as 10s"],
    ['every=10', "every: found '10', expected a duration with its unit"],
    ['every=-1s', "every: found '-1s', expected a duration"],
    ['every=0s', "every: found '0s', expected at least 1 ns"],
    ['every=1e9s', "every: found '1e9s', expected a duration"],
    ['bytes=8', "bytes: found '8', expected at least 16"],
    ['bytes=64.5', "bytes: found '64.5', expected a whole number of bytes"],
    ['bytes=64constructor', "bytes: found '64constructor', expected a whole number of bytes"],
    ['targets=all', "targets: found 'all', expected sampled or all-pairs"],
    ['evry=1s', 'evry: no such option; there are every, timeout, bytes, targets'],
    ['every.x=1s', 'every.x: no such option'],
    ['__proto__.x=1', '__proto__.x: no such option'],
  ])('%s is refused', (text, message) => {
    expect(() => parseOptions(pingOptions, [text])).toThrow(message);
    expect(() => parseOptions(pingOptions, [text])).toThrow(OptionError);
  });

  test('a group is no option', () => {
    expect(() => parseOptions(chordOptions, ['lookup=1s'])).toThrow('lookup: no such option');
  });

  test('a fraction is a percentage or a number up to 1', () => {
    const tree: OptionTree = { share: { kind: 'fraction', default: 0, about: 'a share' } };
    expect(parseOptions(tree, ['share=2.5%'])).toEqual({ share: 0.025 });
    expect(parseOptions(tree, ['share=0.3'])).toEqual({ share: 0.3 });
    expect(() => parseOptions(tree, ['share=101%'])).toThrow('expected a percentage');
  });

  test('of every protocol have defaults that the protocol takes', () => {
    for (const { options } of Object.values(catalogue)) expect(optionKeys(options).length).toBeGreaterThan(3);
  });
});

describe('socket addresses', () => {
  test('have one text each, whichever way they are written', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.nat(65_535), (ip, port) => {
        const endpoint = parseEndpoint(`[${ip}]:${port}`)!;
        const asTheSystemSays = new SocketAddress({ family: 'ipv6', address: ip }).address;
        expect(endpointText(endpoint.ip, endpoint.port)).toBe(`[${asTheSystemSays}]:${port}`);
      }),
    );
    expect(parseEndpoint('[2001:0DB8:0:0::0001]:80')).toEqual({ family: 6, ip: '2001:db8::1', port: 80 });
    expect(parseEndpoint('192.0.2.1:80')).toEqual({ family: 4, ip: '192.0.2.1', port: 80 });
  });

  test.each([
    'localhost:80',
    '192.0.2.1',
    '192.0.2.256:80',
    '192.0.2.1:65536',
    '192.0.2.1:-1',
    '2001:db8::1:80',
    '[192.0.2.1]:80',
    '[fe80::1%eth0]:80',
    '[::1]',
    ':80',
    '',
  ])("'%s' is none", text => {
    expect(parseEndpoint(text)).toBeUndefined();
  });
});
