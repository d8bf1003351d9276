/** How long a file may take before a tile stands in its place. */

/** A file that shows nothing within this time is not waited for. */
export const PREVIEW_MS_MAX = 3_000;
/** The same, where the person has said to wait longer: a photo of a telephone on a slow computer. */
export const PATIENT_MS_MAX = 30_000;
/** Of it the file has at least this much for itself: on a busy computer the frame's own start may take the rest and more. */
export const READING_MS_MIN = 2_000;
/** The frame's own script, which knows nothing of the file yet. */
export const FRAME_START_MS_MAX = 10_000;
