/** Hours at which a teacher sends later, by this device's calendar. Pure; `now` is the caller's. */

const at = (now: number, days: number, hour: number) => {
  const d = new Date(now);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, hour).getTime();
};

export interface Preset {
  name: 'today' | 'tomorrow' | 'monday';
  at: number;
}

/** Today at 18:00 while it is still to come, tomorrow and next Monday at 8:00; each hour once. */
export function presets(now: number): Preset[] {
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7;
  const all: Preset[] = [
    { name: 'today', at: at(now, 0, 18) },
    { name: 'tomorrow', at: at(now, 1, 8) },
    { name: 'monday', at: at(now, untilMonday, 8) },
  ];
  return all.filter((one, index) => one.at > now && all.findIndex((other) => other.at === one.at) === index);
}
