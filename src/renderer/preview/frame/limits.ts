/** How much of one file a frame lays out or draws. */

/** Elements and texts of one document; a page of print has about 200. */
export const NODES_MAX = 60_000;
/** Elements within elements. */
export const DEPTH_MAX = 60;
/** Pages of one PDF; a longer one is shown as far as this. */
export const PAGES_MAX = 400;
/** Pixels of one drawn page; a larger one is drawn coarser. */
export const PAGE_PIXELS_MAX = 16_000_000;
