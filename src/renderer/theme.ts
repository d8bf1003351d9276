/**
 * The look of the teacher's window: one accent colour, a cool neutral grey, the system's own font, an 8 px grid. Light and
 * dark keep a contrast of at least 4.5:1 for every text, dimmed text included.
 * Surfaces and lines are variables `--parta-…` (see `resolveVariables`), so that a screen never names a grey of its own.
 */
import {
  createTheme,
  defaultVariantColorsResolver,
  mergeThemeOverrides,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';
import type { Language } from '../ui/language.tsx';
import { en } from './texts/en.ts';
import { ru } from './texts/ru.ts';

const accent: MantineColorsTuple = [
  '#eef4fd',
  '#d9e6f8',
  '#b3ccef',
  '#8ab4f8',
  '#6d9be6',
  '#4d80cc',
  '#3469b8',
  '#2458a6',
  '#1c4787',
  '#153566',
];

const dark: MantineColorsTuple = [
  '#e3e6ea',
  '#c3c8cf',
  '#a8afb8',
  '#7d8590',
  '#454c56',
  '#343a43',
  '#262b32',
  '#1b1f25',
  '#15181d',
  '#101216',
];

const gray: MantineColorsTuple = [
  '#f7f8fa',
  '#f0f2f5',
  '#e4e7ec',
  '#d5dae1',
  '#bfc6d0',
  '#9aa3af',
  '#5c6672',
  '#47505b',
  '#323a44',
  '#1f252d',
];

// Mantine counts a filled button's text against the light theme's shade only; these two know both themes.
const resolveColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'filled') return colors;
  const isAccent = input.color === undefined || input.color === 'accent';
  if (isAccent) return { ...colors, color: 'var(--parta-on-accent)', hoverColor: 'var(--parta-on-accent)' };
  if (input.color !== 'red') return colors;
  return { ...colors, background: 'var(--parta-danger)', hover: 'var(--parta-danger-hover)', color: '#ffffff' };
};

/** What opens over the window is never higher than the room there is: in a low window it is scrolled (theme.css). */
const fitting = {
  // Where there is room on neither side, the larger one is taken.
  flip: { fallbackStrategy: 'bestFit' as const },
  size: {
    padding: 8,
    apply: ({ availableHeight, elements }: { availableHeight: number; elements: { floating: HTMLElement } }) => {
      elements.floating.style.maxHeight = `${Math.max(0, availableHeight)}px`;
    },
  },
};

const theme = createTheme({
  variantColorResolver: resolveColors,
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  colors: { accent, dark, gray },
  black: '#1c2229',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'PT Sans', 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', Consolas, 'PT Mono', 'Noto Sans Mono', monospace",
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '2rem' },
      h2: { fontSize: '1.1875rem', lineHeight: '1.75rem' },
      h3: { fontSize: '1rem', lineHeight: '1.5rem' },
    },
  },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.4 }, transitionProps: { duration: 120 } },
    },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 }, middlewares: fitting } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 }, middlewares: fitting } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, events: { hover: true, focus: true, touch: false } } },
    Checkbox: { defaultProps: { iconColor: 'var(--parta-on-accent)' } },
    Radio: { defaultProps: { iconColor: 'var(--parta-on-accent)' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 32 } },
  },
});

/** The theme, with the words that Mantine itself says in this language. */
export function themeIn(language: Language) {
  const close = { 'aria-label': { ru, en }[language].frame.close };
  return mergeThemeOverrides(
    theme,
    createTheme({
      components: {
        Modal: { defaultProps: { closeButtonProps: close } },
        Drawer: { defaultProps: { closeButtonProps: close } },
        Notification: { defaultProps: { withBorder: true, closeButtonProps: close } },
      },
    }),
  );
}

/** The window's own variables, beside Mantine's. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56606c',
    '--mantine-color-placeholder': '#626c78',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-default-border': '#d0d6de',
    '--parta-page': '#ffffff',
    '--parta-rail': '#f3f5f8',
    '--parta-surface': '#f7f8fa',
    '--parta-hover': '#e8ecf1',
    '--parta-selected': '#dce7f6',
    '--parta-line': '#e0e4ea',
    '--parta-accent': '#2458a6',
    '--parta-on-accent': '#ffffff',
    '--parta-danger': '#b3261e',
    '--parta-danger-hover': '#971f18',
    '--parta-own': '#e3edfa',
    '--parta-other': '#f1f3f6',
    '--parta-good': '#1a6e3c',
    '--parta-good-soft': '#e2f3e8',
    '--parta-warn': '#8a4b00',
    '--parta-warn-soft': '#fdf0dc',
    '--parta-bad': '#b3261e',
    '--parta-bad-soft': '#fcebe9',
    '--parta-bar-returned': '#2458a6',
    '--parta-bar-reviewed': '#6d9be6',
    '--parta-bar-handed': '#b3ccef',
  },
  dark: {
    '--mantine-color-body': '#15181d',
    '--mantine-color-text': '#e3e6ea',
    '--mantine-color-dimmed': '#a8afb8',
    '--mantine-color-placeholder': '#98a0aa',
    '--mantine-color-error': '#ff9c94',
    '--mantine-color-default': '#1f242b',
    '--mantine-color-default-hover': '#2a3038',
    '--mantine-color-default-border': '#3f4650',
    '--parta-page': '#15181d',
    '--parta-rail': '#101216',
    '--parta-surface': '#1b1f25',
    '--parta-hover': '#262b32',
    '--parta-selected': '#243349',
    '--parta-line': '#2c323a',
    '--parta-accent': '#8ab4f8',
    '--parta-on-accent': '#0e1a2e',
    '--parta-danger': '#b3261e',
    '--parta-danger-hover': '#c9362d',
    '--parta-own': '#22344f',
    '--parta-other': '#22272e',
    '--parta-good': '#7fd19b',
    '--parta-good-soft': '#1d3326',
    '--parta-warn': '#f0b866',
    '--parta-warn-soft': '#3a2c14',
    '--parta-bad': '#ff9c94',
    '--parta-bad-soft': '#40211f',
    '--parta-bar-returned': '#8ab4f8',
    '--parta-bar-reviewed': '#5b86c9',
    '--parta-bar-handed': '#37507a',
  },
});
