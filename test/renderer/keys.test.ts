// Keys are told by their place on the keyboard: the same in the Russian layout.
import { expect, test } from 'vitest';
import { isKey } from '../../src/renderer/frame/shortcuts.tsx';

const press = (key: string, code: string, mods: Partial<KeyboardEvent> = {}) =>
  ({ key, code, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...mods }) as KeyboardEvent;

test('Ctrl+K is the same key in both layouts, and nothing more or less', () => {
  expect(isKey(press('k', 'KeyK', { ctrlKey: true }), 'Ctrl+K')).toBe(true);
  expect(isKey(press('л', 'KeyK', { ctrlKey: true }), 'Ctrl+K')).toBe(true);
  expect(isKey(press('k', 'KeyK', { metaKey: true }), 'Ctrl+K')).toBe(true);
  expect(isKey(press('k', 'KeyK'), 'Ctrl+K')).toBe(false);
  expect(isKey(press('k', 'KeyK', { ctrlKey: true, altKey: true }), 'Ctrl+K')).toBe(false);
  expect(isKey(press('K', 'KeyK', { ctrlKey: true, shiftKey: true }), 'Ctrl+K')).toBe(false);
  expect(isKey(press('j', 'KeyJ', { ctrlKey: true }), 'Ctrl+K')).toBe(false);
});

test('? is what is printed, wherever the layout has it', () => {
  expect(isKey(press('?', 'Slash', { shiftKey: true }), '?')).toBe(true);
  expect(isKey(press('?', 'Digit7', { shiftKey: true }), '?')).toBe(true);
  expect(isKey(press('7', 'Digit7'), '?')).toBe(false);
});

test('arrows, digits of both blocks and named keys', () => {
  expect(isKey(press('ArrowLeft', 'ArrowLeft', { altKey: true }), 'Alt+←')).toBe(true);
  expect(isKey(press('ArrowLeft', 'ArrowLeft'), 'Alt+←')).toBe(false);
  expect(isKey(press('5', 'Digit5'), '5')).toBe(true);
  expect(isKey(press('5', 'Numpad5'), '5')).toBe(true);
  expect(isKey(press('Enter', 'NumpadEnter'), 'Enter')).toBe(true);
  expect(isKey(press('Enter', 'Enter', { shiftKey: true }), 'Enter')).toBe(false);
  expect(isKey(press('Escape', 'Escape'), 'Esc')).toBe(true);
});
