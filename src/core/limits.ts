/**
 * Every limit of the wire and of a class, by name. Each has a test; changing one that a schema uses changes the protocol's
 * hash. Text lengths are UTF-16 code units, sizes are bytes, times are milliseconds.
 */
export const MESSAGE_TEXT_MAX = 20_000;
export const NAME_MAX = 120;
export const TITLE_MAX = 200;
export const ASSIGNMENT_TEXT_MAX = 50_000;
export const NOTE_MAX = 10_000;
export const COMMENT_MAX = 20_000;
export const FILE_NAME_MAX = 255;
export const FILES_PER_COMMAND_MAX = 50;
export const ASSIGNEES_MAX = 400;
export const MEMBERS_MAX = 400;
export const REQUESTS_MAX = 200;
/** Pupils at one computer beside the one who hands in. */
export const TOGETHER_MAX = 3;
export const POINTS_MAX = 1_000;
export const CHANNELS_MAX = 50;
export const CHILDREN_MAX = 20;
export const MENTIONS_MAX = 50;
export const POLL_OPTIONS_MIN = 2;
export const POLL_OPTIONS_MAX = 12;
export const POLL_OPTION_MAX = 200;
/** Times that one pupil may hand in for one assignment; what another handed in for both is that other's. */
export const ATTEMPTS_MAX = 50;
/** Pinned messages of one channel, and messages of one author that wait for their hour in one log. */
export const PINS_MAX = 20;
export const SCHEDULED_MAX = 100;
/** Read positions told at once. */
export const READS_MAX = 20_000;
/** Of one tile of a lesson's wall, and tiles told at once. */
export const WALL_DOWN_MAX = 100;
export const WALL_UP_MAX = 24;
export const WALL_TILES_MAX = 100;
/** A page tells that it is used no more often. */
export const ACTIVE_EVERY_MS = 10_000;

/** Commands that one `submit` may carry, and entries that one page may hold. */
export const COMMANDS_PER_SUBMIT_MAX = 64;
export const PAGE_ENTRIES_MAX = 256;

/** One WebSocket frame in either direction; a larger one closes the socket. */
export const FRAME_BYTES_MAX = 1_000_000;
/** One stored file. */
export const FILE_BYTES_MAX = 4 * 1024 ** 3;
