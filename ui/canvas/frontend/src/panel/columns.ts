/** Choosing columns: a list of names, or a selector such as `numeric`, with or without exceptions. */
import type { Column, Json, Schema } from "../protocol";

export const SELECTORS = ["all", "numeric", "text", "boolean", "datetime"] as const;
export type Selector = (typeof SELECTORS)[number];

export type Choice = { select: Selector; except: string[] } | { names: string[] };

export const SELECTOR_LABEL: { [selector in Selector]: string } = {
  all: "All columns",
  numeric: "All numeric columns",
  text: "All text columns",
  boolean: "All boolean columns",
  datetime: "All date and time columns",
};

export const KIND_ICON: { [kind: string]: string } = {
  numeric: "123",
  text: "abc",
  boolean: "toggle_on",
  datetime: "calendar_today",
  one_hot: "view_week",
};

export const kindIcon = (kind: string): string => KIND_ICON[kind] ?? "data_object";

export const kindsOf = (schema: Schema): string[] => (schema["x-kinds"] as string[] | undefined) ?? [];

export const ofKinds = (columns: Column[], kinds: string[]): Column[] =>
  kinds.length === 0 ? columns : columns.filter((column) => kinds.includes(column.kind));

const isSelector = (value: unknown): value is Selector => SELECTORS.includes(value as Selector);

export function readChoice(value: Json | undefined): Choice {
  if (isSelector(value)) return { select: value, except: [] };
  if (Array.isArray(value)) return { names: value.filter((name) => typeof name === "string") };
  if (typeof value === "string") return { names: [value] };
  if (typeof value === "object" && value !== null && isSelector(value.select)) {
    const except = Array.isArray(value.except) ? value.except.filter((name) => typeof name === "string") : [];
    return { select: value.select, except };
  }
  return { names: [] };
}

export function writeChoice(choice: Choice): Json {
  if ("names" in choice) return choice.names;
  return choice.except.length === 0 ? choice.select : { select: choice.select, except: choice.except };
}

/** The selectors that can mean something for a field that takes only some kinds. */
export const selectorsFor = (kinds: string[]): Selector[] =>
  SELECTORS.filter((selector) => selector === "all" || kinds.length === 0 || kinds.includes(selector));

export const selected = (columns: Column[], selector: Selector): Column[] =>
  selector === "all" ? columns : columns.filter((column) => column.kind === selector);

/** A column name as the expression language wants it. */
export const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
