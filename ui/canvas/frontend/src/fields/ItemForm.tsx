/** A small form inside a form: one structure, which may be of several kinds. */
import type { ReactNode } from "react";
import type { Json, Schema } from "../protocol";
import { applies, fieldsOf, resolve, startOf, wordOf } from "./schema";
import type { Context } from "./control";
import { FieldRow } from "./FieldRow";

export type Item = { [name: string]: Json };

/** “Window function” for a structure called WindowFunction. */
export const titleOf = (variant: Schema): string =>
  wordOf(String(variant.title ?? "Item").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase());

export const variantsOf = (schema: Schema, root: Schema): Schema[] =>
  (schema.oneOf ?? schema.anyOf ?? [schema]).map((one) => resolve(one, root).schema);

/** The variant whose constant fields agree with the item. */
function variantOf(variants: Schema[], item: Item): number {
  const found = variants.findIndex((variant) =>
    Object.entries(variant.properties ?? {}).every(([name, one]) => one.const === undefined || one.const === item[name]),
  );
  return Math.max(0, found);
}

const nameOf = (variant: Schema): string => {
  const tag = Object.values(variant.properties ?? {}).find((one) => one.const !== undefined)?.const;
  return wordOf(tag ?? variant.title ?? "item");
};

interface Props {
  id: string;
  title: string;
  variants: Schema[];
  item: Item;
  context: Context;
  /** The buttons at its head. */
  children: ReactNode;
  onChange(item: Item): void;
}

export function ItemForm({ id, title, variants, item, context, children, onChange }: Props) {
  const chosen = variantOf(variants, item);
  const fields = fieldsOf(variants[chosen] ?? {}, context.root).filter((inner) => inner.kind !== "fixed");
  const valueOf = (name: string): Json | undefined => item[name] ?? fields.find((one) => one.name === name)?.schema.default;
  return (
    <div className="cb-card">
      <div className="cb-card-head">
        {variants.length > 1 ? (
          <select className="cb-input cb-select" value={chosen} disabled={context.readonly} aria-label={`${title}: kind`}
            onChange={(event) => onChange(startOf(variants[Number(event.target.value)] ?? {}, context.root) as Item)}>
            {variants.map((one, index) => <option key={index} value={index}>{nameOf(one)}</option>)}
          </select>
        ) : (
          <span className="cb-card-title">{title}</span>
        )}
        <span className="cb-card-tools">{children}</span>
      </div>
      {fields.filter((inner) => applies(inner, valueOf)).map((inner) => (
        <FieldRow
          key={inner.name}
          field={inner}
          path={id}
          value={valueOf(inner.name)}
          context={context}
          problems={[]}
          onChange={(next) => onChange({ ...item, [inner.name]: next ?? null })}
        />
      ))}
    </div>
  );
}
