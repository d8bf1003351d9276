import { expect, test } from 'vitest';
import {
  bestAddress,
  codeShown,
  joinUrl,
  namedUrl,
  otherAddresses,
  shownAddress,
} from '../../src/renderer/lesson/addresses.ts';

const address = (url: string, answers = true) => ({ url, adapter: 'eth0', answers });

test('an address that answers goes before one that does not; others that answer are named too', () => {
  const all = [
    address('http://10.0.0.1:8010', false),
    address('http://10.0.0.2:8010'),
    address('http://10.0.0.3:8010'),
  ];
  expect(bestAddress(all)?.url).toBe('http://10.0.0.2:8010');
  expect(otherAddresses(all)).toEqual(['http://10.0.0.3:8010']);
  expect(bestAddress([address('http://10.0.0.1:8010', false)])?.url).toBe('http://10.0.0.1:8010');
  expect(bestAddress([])).toBeUndefined();
});

test('by name only where there is one', () => {
  expect(namedUrl({ lanName: 'parta-2.local', port: 8010 })).toBe('http://parta-2.local:8010');
  expect(namedUrl({ lanName: null, port: 8010 })).toBeNull();
  expect(namedUrl({ port: 8010 })).toBeNull();
  expect(namedUrl({ lanName: 'parta.local', port: null })).toBeNull();
});

test('what is typed is short, what is scanned is whole, a code is read in groups', () => {
  expect(shownAddress('http://192.168.1.24:8010/')).toBe('192.168.1.24:8010');
  expect(shownAddress('https://parta.school.ru')).toBe('https://parta.school.ru');
  expect(joinUrl('http://192.168.1.24:8010/', '123456')).toBe('http://192.168.1.24:8010/#123456');
  expect(codeShown('123456')).toBe('123\u00a0456');
  expect(codeShown('12345678')).toBe('1234\u00a05678');
});
