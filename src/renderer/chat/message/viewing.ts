/** How a photo lies in the viewer: how large, how turned, how far moved. Pure. */

export const ZOOM_MAX = 8;
export const ZOOM_STEP = 1.25;

export interface Look {
  zoom: number;
  /** Quarters, clockwise. */
  turns: number;
  /** Pixels from the middle. */
  x: number;
  y: number;
}

export const WHOLE: Look = { zoom: 1, turns: 0, x: 0, y: 0 };

/** Larger or smaller, never smaller than the whole; the whole lies in the middle. */
export function zoomed(look: Look, factor: number): Look {
  const zoom = Math.min(ZOOM_MAX, Math.max(1, look.zoom * factor));
  return zoom === 1 ? { ...WHOLE, turns: look.turns } : { ...look, zoom };
}

export const turned = (look: Look): Look => ({ ...WHOLE, turns: (look.turns + 1) % 4 });
