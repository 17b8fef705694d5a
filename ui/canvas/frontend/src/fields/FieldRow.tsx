/** A field with its label, its explanation, what is wrong with it, and the control that fits its kind. */
import { useState, type ComponentType } from "react";
import { SEVERITY } from "../appearance";
import { Icon } from "../Icon";
import { Prose } from "../Prose";
import type { Json, Problem } from "../protocol";
import type { Field, FieldKind } from "../schema";
import { mistake } from "../validate";
import { ColumnField } from "./ColumnField";
import { ColumnsField } from "./ColumnsField";
import type { Context, ControlProps } from "./control";
import { ExpressionField } from "./ExpressionField";
import { GroupField } from "./GroupField";
import { PairsField } from "./PairsField";
import { RowsField } from "./RowsField";
import {
  ChoiceField, ChoicesField, FixedField, FlagField, JsonField, ListField, MixedField, NumberField, OptionField, TextField,
} from "./TextFields";

const CONTROLS: { [kind in FieldKind]: ComponentType<ControlProps> } = {
  columns: ColumnsField, column: ColumnField, expression: ExpressionField, mapping: PairsField, order: PairsField,
  option: OptionField, choice: ChoiceField, choices: ChoicesField, flag: FlagField, number: NumberField, text: TextField,
  paragraph: TextField, texts: ListField, numbers: ListField, mixed: MixedField, group: GroupField, rows: RowsField,
  fixed: FixedField, json: JsonField,
};

interface Props {
  field: Field;
  path: string;
  value: Json | undefined;
  context: Context;
  problems: Problem[];
  onChange(value: Json | undefined): void;
  onFix?(problem: Problem): void;
}

export function FieldRow({ field, path, value, context, problems, onChange, onFix }: Props) {
  const [wrong, setWrong] = useState<{ text: string; at: string } | null>(null);
  const id = `${path}-${field.name}`;
  const now = JSON.stringify(value) ?? "";
  // A mistake belongs to what was typed over this value; when the value changes from elsewhere, it is gone.
  const mistaken = wrong && wrong.at === now ? wrong.text : null;
  const Control = CONTROLS[field.kind];
  const write = (next: Json | undefined): void => {
    const text = next === undefined ? null : field.required && next === "" ? "Fill this in." : mistake(field.schema, next, context.root);
    const allowed = text === null || (next === null && field.nullable);
    setWrong(allowed ? null : { text: text ?? "", at: now });
    if (allowed) onChange(next);
  };
  const messages = `${id}-messages`;
  const described = mistaken || problems.length > 0 ? messages : undefined;

  return (
    <div className={`cb-field${mistaken || problems.some((one) => one.severity === "error") ? " cb-field-bad" : ""}`}>
      <label className="cb-label" htmlFor={id}>
        {field.title}
        {field.required && <span className="cb-required" title="Needed"> *</span>}
      </label>
      <Control
        id={id} field={field} value={value} context={context} describedBy={described} invalid={Boolean(mistaken)}
        write={write} refuse={(text) => setWrong({ text, at: now })}
      />
      <div id={messages} aria-live="polite">
        {mistaken && <p className="cb-message cb-tone-bad"><Icon name="error" />{mistaken}</p>}
        {problems.map((problem) => (
          <div key={problem.id} data-testid={`problem-${problem.id}`}>
            <p className={`cb-message cb-tone-${SEVERITY[problem.severity].tone}`} title={problem.hint}>
              <Icon name={SEVERITY[problem.severity].icon} />
              <span className="cb-hidden">{SEVERITY[problem.severity].word}: </span>
              {problem.message}
            </p>
            {problem.fix && onFix && !context.readonly && (
              <button type="button" className="cb-button cb-button-small cb-message-fix" data-testid={`fix-${problem.id}`} onClick={() => onFix(problem)}>
                <Icon name="auto_fix_high" />{problem.fix.label}
              </button>
            )}
          </div>
        ))}
      </div>
      {field.about && <p className="cb-hint"><Prose text={field.about} /></p>}
    </div>
  );
}
