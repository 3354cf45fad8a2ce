// The command line of `petri-service`: what it comes to, and what is said where it comes to nothing.
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../protocols/catalogue.ts';
import { readArguments } from '../../services/arguments.ts';

const read = (text: string) => readArguments(text.split(' ').filter(word => word !== ''));

test('a whole one is read', () => {
  const asked = read(
    'chord --listen [0::1]:0 --join [::0:2]:7 --join [::3]:8 --option lookup.every=1s --seconds 2.5 --seed x',
  )!;
  expect(asked.definition.name).toBe('chord');
  expect(asked.options).toMatchObject({ successors: 8, lookup: { every: 1e9, timeout: 30e9 } });
  expect(asked.listen).toEqual({ family: 6, ip: '::1', port: 0 });
  expect(asked.join).toEqual(['[::2]:7', '[::3]:8']);
  expect(asked.seconds).toBe(2.5);
  expect(asked.seed).toBe('x');
});

test('the shortest has no members, no end and no seed', () => {
  const asked = read('ping --listen 127.0.0.1:4000')!;
  expect(asked).toMatchObject({ join: [], seconds: undefined, seed: undefined });
});

describe('refused', () => {
  const listen = '--listen 127.0.0.1:0';
  test.each([
    ['', 'need at least 1'],
    ['ping', 'Missing required argument: listen'],
    [
      `pong ${listen}`,
      `Given: "pong", Choices: ${Object.keys(catalogue)
        .map(name => `"${name}"`)
        .join(', ')}`,
    ],
    [`ping ${listen} --lisen x`, 'Unknown argument: lisen'],
    [`ping more ${listen}`, 'Unknown argument: more'],
    ['ping --listen', 'Not enough arguments following: listen'],
    [
      'ping --listen localhost:1',
      "--listen: found 'localhost:1', expected ADDRESS:PORT with a numeric address",
    ],
    [
      'ping --listen 0.0.0.0:1',
      "--listen: found '0.0.0.0:1', expected an address that other nodes can send to",
    ],
    ['ping --listen [::]:1', "--listen: found '[::]:1', expected an address that other nodes can send to"],
    [`ping ${listen} ${listen}`, '--listen: given more than once'],
    [`ping ${listen} --join 127.0.0.1`, "--join: found '127.0.0.1', expected ADDRESS:PORT"],
    [`ping ${listen} --join 127.0.0.1:0`, "--join: found '127.0.0.1:0', expected a port from 1 to 65535"],
    [`ping ${listen} --join [::1]:7`, "--join: found '[::1]:7', expected an IPv4 address as in --listen"],
    [`ping ${listen} --option every=soon`, "every: found 'soon', expected a duration with its unit"],
    [`ping ${listen} --option lookup.every=1s`, 'lookup.every: no such option; there are every, timeout'],
    [`ping ${listen} --seconds -1`, "--seconds: found '-1', expected a number above 0"],
    [`ping ${listen} --seconds soon`, "--seconds: found 'NaN', expected a number above 0"],
  ])('%s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
