/** The columns at every port: a table that passes hundreds of nodes is told once, and each port says which one it has. */
import type { Column, Facts, ToldFacts } from "../protocol";
import { bare, equal, type Told } from "./sharing";

/** The tables as they were told, made of those of before wherever they are equal. */
export const kept = (before: readonly Column[][], now: Column[][]): Column[][] =>
  now.map((columns, place) => (equal(before[place], columns) ? before[place]! : columns));

export function withColumns(told: Told<ToldFacts>, tables: readonly Column[][]): Told<Facts> {
  const ports = (numbers: Told<number>): Told<Column[]> =>
    Object.fromEntries(Object.entries(numbers).map(([port, number]) => [port, tables[number] ?? []]));
  const facts = bare<Facts>({});
  for (const [id, one] of Object.entries(told)) facts[id] = { ...one, inputs: ports(one.inputs), outputs: ports(one.outputs) };
  return facts;
}
