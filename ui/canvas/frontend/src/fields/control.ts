/** What every control of a form gets. */
import { useRef, useState } from "react";
import type { Column, FunctionHelp, Json, Option, RowsShown, Schema } from "../protocol";
import type { ParameterOffer } from "./parameters";
import type { Field } from "./schema";

/** Why there is nothing to choose, and what leads to where that is mended. */
export interface Lack {
  text: string;
  label?: string;
  go?(): void;
}

export interface Context {
  root: Schema;
  columnsOf(port: string | undefined): Column[];
  /** Why no columns are known at an input. */
  lackOf?(port: string | undefined): Lack;
  options: { [name: string]: Option[] };
  functions: FunctionHelp[];
  /** What the expressions of the node give on sample rows, by field. */
  expressions: { [field: string]: RowsShown };
  readonly: boolean;
  /** Of the pipeline; a form of the parameters themselves has none. */
  parameters?: ParameterOffer;
}

export interface ControlProps {
  id: string;
  field: Field;
  value: Json | undefined;
  context: Context;
  describedBy: string | undefined;
  invalid: boolean;
  /** Checked by the field: a value with a mistake never reaches the graph. */
  write(value: Json | undefined): void;
  /** What was typed is not even a value. */
  refuse(message: string): void;
}

/** What is being typed, until the value changes from elsewhere (undo, another tab). */
export function useDraft(external: string, meaning: (text: string) => string): [string, (text: string) => void] {
  const [draft, setDraft] = useState(external);
  const last = useRef(external);
  if (last.current !== external) {
    last.current = external;
    if (meaning(draft) !== external) setDraft(external);
  }
  return [draft, setDraft];
}

/** Rows that may be incomplete for a while, until the value changes from elsewhere. */
export function useRows<Row>(value: Json, read: (value: Json) => Row[]): [Row[], (rows: Row[], written?: Json) => void] {
  const [rows, setRows] = useState(() => read(value));
  const now = JSON.stringify(value);
  const seen = useRef(now);
  const mine = useRef(now);
  if (seen.current !== now) {
    seen.current = now;
    if (mine.current !== now) setRows(read(value));
  }
  const keep = (next: Row[], written?: Json): void => {
    if (written !== undefined) mine.current = JSON.stringify(written);
    setRows(next);
  };
  return [rows, keep];
}

const portOf = ({ field }: ControlProps): string | undefined => field.schema["x-input"] as string | undefined;

export const columnsFor = (props: ControlProps): Column[] => props.context.columnsOf(portOf(props));

const KIND_WORDS: { [kind: string]: string } = { datetime: "date", one_hot: "one-hot" };

/** Why a list of columns is empty: none is known, none is of a kind that fits, or all are chosen. */
export function lackFor(props: ControlProps, kinds: readonly string[] = []): Lack {
  const columns = columnsFor(props);
  if (columns.length === 0) return props.context.lackOf?.(portOf(props)) ?? { text: "No columns are known." };
  if (kinds.length === 0 || columns.some((column) => kinds.includes(column.kind))) return { text: "All columns that fit are chosen." };
  const words = kinds.map((kind) => KIND_WORDS[kind] ?? kind);
  return { text: `None of the ${columns.length} columns is ${words.join(" or ")}.` };
}
