/**
 * Keys. A screen says which keys it answers to, and they work and are listed under `?` for as long as it is shown.
 * Keys are named by their place on the keyboard (`KeyboardEvent.code`), so that they are the same in the Russian layout;
 * those without Ctrl or Alt keep silent while somebody types. They work from the moment in which the screen is seen.
 */
import { Kbd, Modal } from '@mantine/core';
import { createContext, useContext, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../texts/texts.ts';
import classes from './shortcuts.module.css';

export interface Shortcut {
  /** As shown and parsed: `Ctrl+K`, `Alt+←`, `?`, `Enter`, `N`. Several in the list mean the same. */
  keys: readonly string[];
  /** What it does, as a person reads it; '' keeps it out of the list. */
  text: string;
  /** Absent where a component of its own answers to the key, and only the list tells of it. */
  run?: (() => void) | undefined;
  /** Answers also while somebody types in a field. */
  isGlobal?: boolean;
}

const CODES: Record<string, string> = {
  '←': 'ArrowLeft',
  '→': 'ArrowRight',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
  Esc: 'Escape',
  '/': 'Slash',
};

/** Whether a key event is this shortcut. */
export function isKey(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const wants = (name: string) => parts.includes(name);
  if (event.altKey !== wants('Alt') || (event.ctrlKey || event.metaKey) !== wants('Ctrl')) return false;
  // What is printed on the key decides for signs: `?` needs Shift in one layout and Shift+7 in another.
  if (key === '?') return event.key === '?';
  if (event.shiftKey !== wants('Shift')) return false;
  if (/^[A-Z]$/.test(key)) return event.code === `Key${key}`;
  if (/^\d$/.test(key)) return event.code === `Digit${key}` || event.code === `Numpad${key}`;
  return event.code === (CODES[key] ?? key) || event.key === (CODES[key] ?? key);
}

const TYPING =
  'input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, select, [contenteditable="true"]';
const isTyping = (target: EventTarget | null) => target instanceof Element && target.closest(TYPING) !== null;

interface Group {
  title: string;
  shortcuts: readonly Shortcut[];
}

const ShortcutsContext = createContext<{ add: (group: Group) => () => void } | null>(null);

/** While the component is shown: `shortcuts` work and are listed under `title`. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]) {
  const context = useContext(ShortcutsContext);
  // The newest closures answer, without listening anew on every render.
  const latest = useRef({ title, shortcuts });
  useLayoutEffect(() => {
    latest.current = { title, shortcuts };
  });
  useLayoutEffect(
    () =>
      context?.add({
        get title() {
          return latest.current.title;
        },
        get shortcuts() {
          return latest.current.shortcuts;
        },
      }),
    [context],
  );
}

export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const t = useTexts();
  const groups = useRef<Group[]>([]);
  const [listed, setListed] = useState<readonly Group[]>([]);
  const [isListed, setIsListed] = useState(false);
  const context = useMemo(
    () => ({
      add(group: Group) {
        groups.current.push(group);
        return () => {
          groups.current = groups.current.filter((other) => other !== group);
        };
      },
    }),
    [],
  );

  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const typing = isTyping(event.target);
      // A dialog has the keyboard to itself; only what is global passes through.
      const inDialog = document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
      if (!typing && !inDialog && isKey(event, '?')) {
        event.preventDefault();
        // As they are now: the getters read what the screens say at this moment.
        setListed(groups.current.map(({ title, shortcuts }) => ({ title, shortcuts })));
        setIsListed(true);
        return;
      }
      // The innermost screen answers first.
      for (const group of groups.current.toReversed()) {
        for (const { keys, run, isGlobal } of group.shortcuts) {
          if (!run || ((typing || inDialog) && !isGlobal)) continue;
          if (!keys.some((key) => isKey(event, key))) continue;
          event.preventDefault();
          run();
          return;
        }
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <ShortcutsContext value={context}>
      {children}
      <Modal opened={isListed} onClose={() => setIsListed(false)} title={t.shortcuts.title} size="md">
        {listed.map((group, index) => {
          const shown = group.shortcuts.filter((shortcut) => shortcut.text !== '');
          return shown.length === 0 ? null : (
            <section key={index} className={classes.group}>
              <h3 className={classes.title}>{group.title}</h3>
              <dl className={classes.list}>
                {shown.map(({ keys, text }) => (
                  <div key={text} className={classes.line}>
                    <dt>{text}</dt>
                    <dd className={classes.keys}>
                      {keys.map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </Modal>
    </ShortcutsContext>
  );
}
