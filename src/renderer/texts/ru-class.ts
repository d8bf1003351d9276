/** Words of review, class list, lesson, devices and settings. The source; see en-class.ts. */
export const ruClass = {
  settings: { title: 'Настройки' },
};
