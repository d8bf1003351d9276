/**
 * `Ctrl+K`: every class, pupil, assignment and action by a few letters of its name, in whatever order they are typed; ё is е,
 * and case and look-alike letters do not matter.
 */
import { Modal } from '@mantine/core';
import {
  IconChevronRight,
  IconClipboardText,
  IconMessageSearch,
  IconRosetteDiscountCheck,
  IconSchool,
  IconSearch,
  IconUser,
} from '@tabler/icons-react';
import { useId, useState, type ComponentType, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { openAssignments } from '../../core/works.ts';
import { nameSkeleton } from '../../core/names.ts';
import { readReceipt } from '../../core/receipt.ts';
import { routes } from '../routes.ts';
import { useTexts, type Texts } from '../texts/texts.ts';
import { useClasses, type OpenClass } from './classes.tsx';
import classes from './Palette.module.css';

/** Rows offered at once; more letters find the rest. */
const OFFERED_MAX = 12;

export interface Target {
  key: string;
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  label: string;
  hint: string;
  path: string;
}

function targetsOf(t: Texts, all: readonly OpenClass[]): Target[] {
  const action = (label: string, path: string): Target => ({
    key: `go ${path} ${label}`,
    icon: IconChevronRight,
    label,
    hint: t.palette.kinds.action,
    path,
  });
  return [
    ...all.map((one) => ({
      key: one.logId,
      icon: IconSchool,
      label: one.title,
      hint: t.palette.kinds.class,
      path: routes.classTab(one.logId, 'chat'),
    })),
    action(t.frame.today, routes.today()),
    action(t.frame.review, routes.reviewList()),
    action(t.frame.lesson, routes.lesson()),
    action(t.checking.title, routes.checkCode()),
    ...all.flatMap((one) => [
      action(t.palette.newAssignment(one.title), routes.newAssignment(one.logId)),
      action(t.palette.assignments(one.title), routes.classTab(one.logId, 'assignments')),
      action(t.palette.members(one.title), routes.classTab(one.logId, 'members')),
      action(t.palette.lesson(one.title), routes.lesson(one.logId)),
    ]),
    ...all.flatMap((one) =>
      (one.view ? openAssignments(one.view.classroom) : []).map((assignment) => ({
        key: assignment.assignmentId,
        icon: IconClipboardText,
        label: assignment.title,
        hint: `${t.palette.kinds.assignment} · ${one.title}`,
        path: routes.assignment(one.logId, assignment.assignmentId),
      })),
    ),
    ...all.flatMap((one) =>
      Object.values(one.view?.classroom.members ?? {})
        .filter((member) => member.role === 'student' && member.state !== 'removed')
        .map((member) => ({
          key: `${one.logId} ${member.memberId}`,
          icon: IconUser,
          label: member.name,
          hint: `${t.palette.kinds.student} · ${one.title}`,
          path: routes.classTab(one.logId, 'members'),
        })),
    ),
    action(t.frame.newClass, routes.newClass()),
    action(t.frame.devices, routes.devices()),
    action(t.portfolio.palette, routes.portfolio()),
    action(t.frame.settings, routes.settings()),
  ];
}

/** Every typed word begins some word of the label or of the hint; labels that begin with what was typed come first. */
export function find(targets: readonly Target[], typed: string): Target[] {
  const words = nameSkeleton(typed).split(' ').filter(Boolean);
  if (words.length === 0) return targets.slice(0, OFFERED_MAX);
  const matches = targets.filter((target) => {
    const inside = nameSkeleton(`${target.label} ${target.hint}`).split(' ');
    return words.every((word) => inside.some((part) => part.replace(/^[«"(]+/, '').startsWith(word)));
  });
  const first = (target: Target) => Number(!nameSkeleton(target.label).startsWith(words[0] ?? ''));
  return matches.toSorted((a, b) => first(a) - first(b)).slice(0, OFFERED_MAX);
}

/** What was typed, to be looked for in messages: always the last row, so that a name found stays the first. */
function searchFor(t: Texts, typed: string): Target[] {
  const text = typed.trim();
  if (text === '') return [];
  const [label, hint, path] = [t.search.palette(text), t.search.paletteHint, routes.search(text)];
  return [{ key: 'search', icon: IconMessageSearch, label, hint, path }];
}

/** A confirmation code that was typed or pasted here: no name has ten signs with a digit or a hyphen among them. */
function checkOf(t: Texts, typed: string): Target[] {
  const read = readReceipt(typed);
  if (read.is !== 'code' || !/[\d-]/.test(typed)) return [];
  const path = routes.checkCode(read.code);
  return [
    {
      key: 'check',
      icon: IconRosetteDiscountCheck,
      label: t.checking.offer(read.code),
      hint: t.palette.kinds.action,
      path,
    },
  ];
}

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts();
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size="lg"
      centered={false}
      yOffset="12vh"
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={t.palette.title}>
        <PaletteBody onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const id = useId();
  const [, go] = useLocation();
  const { classes: all } = useClasses();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const named = find(targetsOf(t, all), typed);
  const found = [...named, ...checkOf(t, typed), ...searchFor(t, typed)];
  const here = Math.min(at, found.length - 1);
  const open = (target: Target | undefined) => {
    if (!target) return;
    onClose();
    go(target.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) setAt((here + step + found.length) % found.length);
    else if (event.key === 'Enter') open(found[here]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={classes.field}>
        <IconSearch size={20} stroke={1.7} aria-hidden />
        <input
          className={classes.input}
          data-autofocus
          // The letters that follow Ctrl+K must find the field there already.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length > 0 ? `${id}-${here}` : undefined}
          aria-label={t.palette.title}
          placeholder={t.palette.placeholder}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={classes.list} role="listbox" id={`${id}-list`} aria-label={t.palette.title}>
        {found.map((target, index) => (
          // The field above has the keyboard; a row only answers to the pointer.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={target.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === here}
            className={classes.row}
            onPointerMove={() => setAt(index)}
            onClick={() => open(target)}
          >
            <target.icon size={18} stroke={1.7} />
            <span className={classes.label}>{target.label}</span>
            <span className={classes.hint}>{target.hint}</span>
          </div>
        ))}
      </div>
      {named.length === 0 && (
        <p className={classes.nothing} role="status">
          {t.palette.nothing}
        </p>
      )}
    </>
  );
}
