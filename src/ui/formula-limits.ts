/** What one formula may ask for, apart from the code that draws it, which is heavy and comes late. */

/** Macros that call each other end here. */
export const EXPANSIONS_MAX = 200;
/** Sizes that a formula may ask for, in em; larger ones are cut to this. */
export const SIZE_EM_MAX = 20;
/** Nodes of one formula; a larger one stands as typed. */
export const NODES_MAX = 4_000;
