/**
 * {@link parseRichText} on the screen, for teacher and pupil alike: nodes of React and nothing else, so that a text can never
 * become markup. Formulas bring their own code when the first one is shown; until then, and where they cannot be drawn, they
 * stand as they were typed. How it looks is the caller's: he names the classes.
 */
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { parseRichText, type Block, type Inline, type Mentionable } from './rich-text.ts';

/** Class names; what is left out has none. */
export interface RichTextClasses {
  paragraph?: string | undefined;
  list?: string | undefined;
  item?: string | undefined;
  marker?: string | undefined;
  code?: string | undefined;
  codeBlock?: string | undefined;
  formula?: string | undefined;
  link?: string | undefined;
  /** The host beside a link that pretends. */
  host?: string | undefined;
  mention?: string | undefined;
}

export interface RichTextProps {
  text: string;
  /** Those whom the message mentions; `@name` of others is text. */
  people?: readonly Mentionable[] | undefined;
  /** Whose page it is: a mention of him says so by `data-me`. */
  me?: string | undefined;
  classes: RichTextClasses;
}

export function RichText({ text, people, me, classes }: RichTextProps) {
  const blocks = useMemo(() => parseRichText(text, people), [text, people]);
  return blocks.map((block, index) => <BlockNode key={index} block={block} me={me} classes={classes} />);
}

type Shared = Pick<RichTextProps, 'me' | 'classes'>;

function BlockNode({ block, me, classes }: Shared & { block: Block }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p className={classes.paragraph}>
          <Inlines inlines={block.children} me={me} classes={classes} />
        </p>
      );
    case 'list':
      return (
        <ul className={classes.list}>
          {block.items.map((item, index) => (
            <li key={index} className={classes.item} data-depth={item.depth}>
              <span className={classes.marker}>{item.marker}</span>
              <span>
                <Inlines inlines={item.children} me={me} classes={classes} />
              </span>
            </li>
          ))}
        </ul>
      );
    case 'code':
      return (
        <pre className={classes.codeBlock}>
          <code>{block.text}</code>
        </pre>
      );
    case 'formula':
      return <FormulaNode source={block.text} isDisplay classes={classes} />;
  }
}

function Inlines({ inlines, me, classes }: Shared & { inlines: readonly Inline[] }): ReactNode {
  return inlines.map((inline, index) => {
    switch (inline.kind) {
      case 'text':
        return inline.text;
      case 'strong':
      case 'emphasis': {
        const Tag = inline.kind === 'strong' ? 'strong' : 'em';
        return (
          <Tag key={index}>
            <Inlines inlines={inline.children} me={me} classes={classes} />
          </Tag>
        );
      }
      case 'code':
        return (
          <code key={index} className={classes.code}>
            {inline.text}
          </code>
        );
      case 'formula':
        return <FormulaNode key={index} source={inline.text} isDisplay={false} classes={classes} />;
      case 'mention':
        return (
          <span key={index} className={classes.mention} data-me={inline.memberId === me}>
            {inline.text}
          </span>
        );
      case 'link':
        return (
          <span key={index}>
            <a
              href={inline.href}
              target="_blank"
              rel="noopener noreferrer"
              className={classes.link}
              title={inline.host ?? undefined}
            >
              {inline.text}
            </a>
            {inline.isDoubtful && inline.host !== null && <span className={classes.host}> ({inline.host})</span>}
          </span>
        );
    }
  });
}

const AsTyped = ({ source, isBusy }: { source: string; isBusy?: boolean }) => <code aria-busy={isBusy}>{source}</code>;

// Without a network its code may not come: then formulas stay as typed until the page is opened anew.
const Formula = lazy(() =>
  import('./formulas.tsx').then(
    (module) => ({ default: module.Formula }),
    () => ({ default: AsTyped }),
  ),
);

function FormulaNode({ source, isDisplay, classes }: { source: string; isDisplay: boolean; classes: RichTextClasses }) {
  return (
    <span className={classes.formula} data-display={isDisplay}>
      <Suspense fallback={<AsTyped source={source} isBusy />}>
        <Formula source={source} isDisplay={isDisplay} />
      </Suspense>
    </span>
  );
}
