/**
 * Typed formulas drawn as MathML. Loaded with the first formula that is shown (see RichText.tsx): the library weighs more than a
 * whole pupil's page. Promises: what it makes passes a positive list of elements, attributes and styles before it becomes nodes,
 * so that no formula can load, link, run or cover anything; a formula with a mistake stands as it was typed.
 */
import { createElement, Fragment, useMemo, type CSSProperties, type ReactNode } from 'react';
import temml from 'temml';
import 'temml/dist/Temml-Local.css';
import { EXPANSIONS_MAX, NODES_MAX, SIZE_EM_MAX } from './formula-limits.ts';
import './formulas.css';

const ELEMENTS = new Set(
  'math mrow mi mo mn mtext ms mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts none mpadded mphantom mstyle mtable mtr mtd menclose merror span'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'class display displaystyle scriptlevel fence form stretchy symmetric separator largeop movablelimits accent accentunder lspace rspace minsize maxsize width height depth voffset linethickness mathvariant notation columnspan rowspan'.split(
    ' ',
  ),
);
const STYLE =
  /^(?:padding(?:-(?:left|right|top|bottom))?|border(?:-(?:left|right|top|bottom)(?:-(?:width|style|color))?)?|color|text-align|vertical-align|width|min-width|display|font-weight)$/;

export function Formula({ source, isDisplay }: { source: string; isDisplay: boolean }) {
  const drawn = useMemo(() => drawFormula(source, isDisplay), [source, isDisplay]);
  return drawn ?? <code>{source}</code>;
}

/** The formula as nodes of React; null where it cannot be drawn. */
export function drawFormula(source: string, isDisplay: boolean): ReactNode | null {
  let markup: string;
  try {
    markup = temml.renderToString(source, {
      displayMode: isDisplay,
      throwOnError: true,
      strict: false,
      trust: false,
      xml: true,
      maxExpand: EXPANSIONS_MAX,
      maxSize: [SIZE_EM_MAX, SIZE_EM_MAX],
    });
  } catch {
    return null;
  }
  const math = new DOMParser().parseFromString(markup, 'application/xml').documentElement;
  if (math.localName !== 'math' || math.getElementsByTagName('*').length > NODES_MAX) return null;
  return nodeOf(math, 0);
}

function nodeOf(node: Node, key: number): ReactNode {
  if (node.nodeType === 3) return node.textContent;
  if (!(node instanceof Element)) return null;
  const children = [...node.childNodes].map(nodeOf);
  const name = node.localName;
  if (!ELEMENTS.has(name)) return createElement(Fragment, { key }, ...children);
  const props: Record<string, unknown> = { key };
  for (const attribute of node.attributes) {
    if (attribute.name === 'style') props['style'] = styleOf(attribute.value);
    else if (attribute.name === 'class') props['className'] = attribute.value;
    else if (ATTRIBUTES.has(attribute.name)) props[attribute.name] = attribute.value;
  }
  return createElement(name, props, ...children);
}

/** As an object: a style attribute written as text is against the page's own policy. */
function styleOf(text: string): CSSProperties {
  const style: Record<string, string> = {};
  for (const declaration of text.split(';')) {
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, colon).trim();
    const value = declaration.slice(colon + 1).trim();
    // No addresses, nothing that reaches outside.
    if (!STYLE.test(name) || value === '' || /url|expression|undefined|-\d/i.test(value)) continue;
    style[name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase())] = value;
  }
  return style;
}
