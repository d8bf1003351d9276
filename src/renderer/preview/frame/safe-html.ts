/**
 * Markup of a document into nodes, by a list of what may be there: elements of text, tables, lists, pictures that carry themselves,
 * formulas. Promises: no attribute passes but the few named here, so nothing can run, load, link, or lie above the page; what is too
 * much is cut. The third wall, after the frame's sandbox and its policy.
 */
import { DEPTH_MAX, NODES_MAX } from './limits.ts';

const TEXT = new Set(
  'p h1 h2 h3 h4 h5 h6 b strong i em u s sup sub small span br ul ol li dl dt dd table thead tbody tr td th blockquote pre code hr'.split(' '),
); // prettier-ignore
const MATH = new Set(
  'math mrow mi mn mo mtext mspace mfrac msqrt mroot msup msub msubsup mover munder munderover mtable mtr mtd mstyle mfenced semantics'.split(' '),
); // prettier-ignore
/** Nothing inside these is text of the document. */
const DROPPED = new Set(
  'script style template iframe object embed svg noscript title head form input button select textarea'.split(' '),
);
const MATHML = 'http://www.w3.org/1998/Math/MathML';
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|bmp);base64,/;

/** @param pictureWord a name for pictures without one */
export function safeNodes(html: string, pictureWord: string): DocumentFragment {
  // Parsed into a document of no window: nothing of it runs or loads.
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const made = document.createDocumentFragment();
  const budget = { left: NODES_MAX };
  copyInto(made, parsed.body, 0, budget, pictureWord);
  return made;
}

function copyInto(to: Node, from: Node, depth: number, budget: { left: number }, pictureWord: string): void {
  for (const node of from.childNodes) {
    if (budget.left-- <= 0) return;
    if (node.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(node.textContent ?? ''));
      continue;
    }
    if (!(node instanceof Element) || DROPPED.has(node.localName)) continue;
    const made = elementLike(node, pictureWord);
    const next = made ?? to;
    if (made) to.appendChild(made);
    // Deeper than anybody writes: its text is kept, its structure is not.
    if (depth >= DEPTH_MAX) next.appendChild(document.createTextNode(node.textContent ?? ''));
    else copyInto(next, node, depth + 1, budget, pictureWord);
  }
}

/** The element as it may be; null for one that is dropped while its text is kept (links, anchors, boxes). */
function elementLike(node: Element, pictureWord: string): Element | null {
  const name = node.localName;
  if (name === 'img') {
    const address = node.getAttribute('src') ?? '';
    if (!PICTURE.test(address)) return null;
    const image = document.createElement('img');
    image.src = address;
    image.alt = node.getAttribute('alt') || pictureWord;
    return image;
  }
  if (MATH.has(name)) return document.createElementNS(MATHML, name);
  if (!TEXT.has(name)) return null;
  const made = document.createElement(name);
  for (const span of ['colspan', 'rowspan']) {
    const count = Number(node.getAttribute(span));
    if (count > 1 && count <= 100) made.setAttribute(span, String(count));
  }
  const align = node.getAttribute('data-align');
  if (align === 'center' || align === 'right') made.dataset['align'] = align;
  return made;
}
