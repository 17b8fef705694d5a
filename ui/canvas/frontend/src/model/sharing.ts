/** What Python tells again and again, kept as it is where it is the same: only what changed is drawn again. */

export type Told<T> = { [id: string]: T };

/** Without inherited names: a node may be called `constructor`. */
export function bare<T>(told: Told<T>): Told<T> {
  return Object.assign(Object.create(null) as Told<T>, told);
}

/** The news, made of what was there before wherever that is equal. */
export function shared<T>(before: Told<T>, now: Told<T>): Told<T> {
  const ids = Object.keys(now);
  let same = ids.length === Object.keys(before).length;
  const next = bare<T>({});
  for (const id of ids) {
    const kept = Object.hasOwn(before, id) && equal(before[id], now[id]);
    next[id] = (kept ? before[id] : now[id]) as T;
    same &&= kept;
  }
  return same ? before : next;
}

/** The same list where nothing in it changed. */
export function sharedList<T>(before: T[], now: T[]): T[] {
  return equal(before, now) ? before : now;
}

/** The list as it was, if each of its items is: what hangs on it need not be drawn again. */
export function sameItems<T>(before: T[], now: T[]): T[] {
  return before.length === now.length && now.every((item, place) => item === before[place]) ? before : now;
}

/** Whether two values of JSON are the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal((a as Told<unknown>)[key], (b as Told<unknown>)[key]));
}
