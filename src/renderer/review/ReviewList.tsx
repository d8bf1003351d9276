/** Проверка: assignments with works to check across all classes. */
export function ReviewList() {
  return null;
}
