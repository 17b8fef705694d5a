/** A value that is written down: a text, a number, or yes or no; what it is meant as can be chosen. */
import { useState } from "react";
import type { Json } from "../protocol";
import { useDraft, type ControlProps } from "./control";
import { readNumber } from "./NumberField";
import { common } from "./TextFields";

type Sort = "none" | "text" | "number" | "flag";

const WORDS: { [sort in Sort]: string } = { none: "None", text: "Text", number: "Number", flag: "Yes or no" };

const sortOf = (value: Json | undefined): Sort =>
  typeof value === "number" ? "number" : typeof value === "boolean" ? "flag" : typeof value === "string" ? "text" : "none";

/** What somebody means who only types: a number where it reads as one, else a text. */
export const readConstant = (text: string): Json =>
  text === "true" ? true : text === "false" ? false : (readNumber(text) ?? text);

export function ConstantField(props: ControlProps) {
  const { field, value, context, write, refuse } = props;
  const [chosen, choose] = useState<Sort | null>(null);
  const sort = value === null || value === undefined ? (chosen ?? (field.nullable ? "none" : "text")) : sortOf(value);
  const [draft, setDraft] = useDraft(value === null || value === undefined ? "" : String(value), (text) => text);
  const type = (text: string, as: Sort): void => {
    setDraft(text);
    const number = readNumber(text);
    if (as === "text") write(text);
    else if (number !== null) write(number);
    else refuse("Enter a number.");
  };
  const turn = (next: Sort): void => {
    choose(next);
    if (next === "none") write(null);
    else if (next === "flag") write(true);
    else if (draft !== "" || next === "text") type(draft, next);
    else refuse("Enter a number.");
  };
  return (
    <div className="cb-constant">
      <select className="cb-input cb-select" aria-label={`${field.title}: what it is`} data-testid={`field-${field.name}-sort`} value={sort}
        disabled={context.readonly} onChange={(event) => turn(event.target.value as Sort)}>
        {(Object.keys(WORDS) as Sort[]).filter((one) => one !== "none" || field.nullable).map((one) => (
          <option key={one} value={one}>{one === "none" ? (field.placeholder || WORDS.none) : WORDS[one]}</option>
        ))}
      </select>
      {sort === "flag" ? (
        <select {...common(props)} className="cb-input cb-select" value={String(value)} onChange={(event) => write(event.target.value === "true")}>
          <option value="true">Yes</option>
          <option value="false">No</option>
        </select>
      ) : (
        <input {...common(props)} className="cb-input" type="text" spellCheck={false} value={sort === "none" ? "" : draft}
          disabled={context.readonly || sort === "none"} onChange={(event) => type(event.target.value, sort)} />
      )}
    </div>
  );
}
