/** Sizes of a document in the viewer; 1 is the one that fits. */
export const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4] as const;
