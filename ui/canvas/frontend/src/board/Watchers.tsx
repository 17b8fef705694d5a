/** Around a card: who else has selected it, in their colour and with their name. */
import { usePart } from "../context";
import { colourOf } from "../frame/People";
import type { Person } from "../protocol";

const NONE: Person[] = [];
const grouped = new WeakMap<readonly Person[], Map<string, Person[]>>();

/** Worked out once per list, so that the reference is stable. */
function watching(people: readonly Person[], id: string): Person[] {
  let byNode = grouped.get(people);
  if (!byNode) {
    byNode = Map.groupBy(people.filter((one) => !one.me && one.node), (one) => one.node as string);
    grouped.set(people, byNode);
  }
  return byNode.get(id) ?? NONE;
}

export function Watchers({ id }: { id: string }) {
  const people = usePart((state) => watching(state.people, id));
  const first = people[0];
  if (!first) return null;
  const names = people.map((one) => one.name).join(", ");
  return (
    <span className="cb-watched" style={colourOf(first)} data-testid={`watched-${id}`}>
      <span className="cb-watched-name cb-clip" title={names}><span className="cb-hidden">Selected by </span>{names}</span>
    </span>
  );
}
