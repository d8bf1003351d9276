/** Сегодня: what waits for the teacher. */
export function Today() {
  return null;
}
