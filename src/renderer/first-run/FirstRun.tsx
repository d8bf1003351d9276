/** First run: the doors into Parta. */
export function FirstRun() {
  return null;
}
