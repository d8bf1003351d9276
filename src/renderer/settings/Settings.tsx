/** Настройки. */
export function Settings() {
  return null;
}
