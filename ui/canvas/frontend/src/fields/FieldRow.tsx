/** A field with its label, its explanation, what is wrong with it, and the control that fits its kind. */
import { useState, type ComponentType } from "react";
import { SEVERITY } from "../appearance";
import { Icon } from "../Icon";
import { Prose } from "../Prose";
import { referredTo } from "../model/parameters";
import type { Json, Problem } from "../protocol";
import { rangeWords, sentence, wordOf, type Field, type FieldKind } from "./schema";
import { mistake } from "./validate";
import { ColumnField } from "./ColumnField";
import { ColumnListField } from "./ColumnListField";
import { ColumnsField } from "./ColumnsField";
import { ConstantField } from "./ConstantField";
import type { Context, ControlProps } from "./control";
import { ExpressionField } from "./ExpressionField";
import { GroupField } from "./GroupField";
import { ListField } from "./ListField";
import { MixedField, NumberField, TupleField } from "./NumberField";
import { OrderField } from "./OrderField";
import { PairsField } from "./PairsField";
import { RowsField, VariantField } from "./RowsField";
import { FilledIn, ParameterSwitch, ParameterValue } from "./ParameterSwitch";
import { TableField } from "./TableField";
import { ChoiceField, ChoicesField, DateField, FixedField, FlagField, OptionField, TextField, UnknownField } from "./TextFields";

const CONTROLS: { [kind in FieldKind]: ComponentType<ControlProps> } = {
  columns: ColumnsField, column: ColumnField, column_list: ColumnListField, expression: ExpressionField,
  mapping: PairsField, values: PairsField, order: OrderField, option: OptionField, choice: ChoiceField, choices: ChoicesField,
  flag: FlagField, number: NumberField, text: TextField, paragraph: TextField, date: DateField, moment: DateField,
  texts: ListField, numbers: ListField, constants: ListField, constant: ConstantField, mixed: MixedField, tuple: TupleField,
  group: GroupField, variant: VariantField, rows: RowsField, table: TableField, fixed: FixedField, unknown: UnknownField,
};

interface Props {
  field: Field;
  path: string;
  value: Json | undefined;
  context: Context;
  problems: Problem[];
  /** What is said under it besides: why it does not matter now. */
  note?: string | undefined;
  /** Set where the value is another than the default. */
  initial?: Json | undefined;
  onChange(value: Json | undefined): void;
  onFix?(problem: Problem): void;
}

export function FieldRow({ field, path, value, context, problems, note, initial, onChange, onFix }: Props) {
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
  const range = field.kind === "number" ? sentence(rangeWords(field.schema)) : "";
  const messages = `${id}-messages`;
  const offer = context.parameters;
  const parameter = offer ? referredTo(value) : null;
  const described = mistaken || problems.length > 0 ? messages : undefined;

  return (
    <div data-field={`${path} ${field.name}`} className={`cb-field${mistaken || problems.some((one) => one.severity === "error") ? " cb-field-bad" : ""}`}>
      <div className="cb-label-row">
        <label className="cb-label" htmlFor={id}>
          {field.title}
          {field.required && <span className="cb-required" title="Needed"> *</span>}
        </label>
        {offer && parameter === null && !context.readonly && (
          <ParameterSwitch field={field} value={value} offer={offer} onChange={(next) => { setWrong(null); onChange(next); }} />
        )}
        {initial !== undefined && !context.readonly && (
          <button type="button" className="cb-reset" title={`Back to ${inWords(initial, field)}`} aria-label={`Set ${field.title} back to ${inWords(initial, field)}`}
            data-testid={`reset-${field.name}`} onClick={() => { setWrong(null); onChange(undefined); }}>
            <Icon name="undo" />
          </button>
        )}
      </div>
      {offer && parameter !== null ? (
        <ParameterValue name={parameter} field={field} offer={offer} id={id} disabled={context.readonly} onChange={onChange} />
      ) : (
        <Control
          id={id} field={field} value={value} context={context} describedBy={described} invalid={Boolean(mistaken)}
          write={write} refuse={(text) => setWrong({ text, at: now })}
        />
      )}
      {offer && parameter === null && <FilledIn value={value} offer={offer} />}
      <div id={messages} aria-live="polite">
        {mistaken && <p className="cb-message cb-tone-bad"><Icon name="error" />{mistaken}</p>}
        {problems.map((problem) => (
          <div key={problem.id} data-testid={`problem-${problem.id}`}>
            <p className={`cb-message cb-tone-${SEVERITY[problem.severity].tone}`} title={problem.hint}>
              <Icon name={SEVERITY[problem.severity].icon} />
              <span className="cb-hidden">{SEVERITY[problem.severity].word}: </span>
              {problem.message}
            </p>
            {problem.hint && !problem.fix && <p className="cb-hint">{problem.hint}</p>}
            {problem.fix && onFix && !context.readonly && (
              <button type="button" className="cb-button cb-button-small cb-message-fix" data-testid={`fix-${problem.id}`} onClick={() => onFix(problem)}>
                <Icon name="auto_fix_high" />{problem.fix.label}
              </button>
            )}
          </div>
        ))}
      </div>
      {(field.about || range) && (
        <p className="cb-hint"><Prose text={field.about} />{range && <span className="cb-range"> {range}.</span>}</p>
      )}
      {note && <p className="cb-hint cb-hint-warn"><Icon name="info" /> {note}</p>}
    </div>
  );
}

/** A default, as a person says it. */
function inWords(value: Json, field: Field): string {
  if (value === null || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "nothing" : value.every((one) => typeof one !== "object") ? value.join(", ") : "the default";
  if (typeof value === "object") return "the default";
  return field.kind === "choice" ? wordOf(value, field.schema) : String(value);
}
