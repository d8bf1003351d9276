/** Formulas of a saved chat as text: drawn by the same code as on the screen, written out. Loaded only where there are any. */
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { drawFormula } from '../../../ui/formulas.tsx';

/** MathML that passed the same list as on the screen; null where it cannot be drawn. */
export function formulaMarkup(source: string, isDisplay: boolean): string | null {
  const drawn = drawFormula(source, isDisplay);
  if (drawn === null) return null;
  const sheet = document.createElement('div');
  const root = createRoot(sheet);
  flushSync(() => root.render(drawn));
  const markup = sheet.innerHTML;
  root.unmount();
  return markup;
}
