/** A list of small forms: aggregations, rules, window functions. */
import { Icon } from "../Icon";
import type { Json, Schema } from "../protocol";
import { fieldsOf, resolve, startOf } from "../schema";
import { useRows, type ControlProps } from "./control";
import { FieldRow } from "./FieldRow";

type Item = { [name: string]: Json };

const variantsOf = (item: Schema, root: Schema): Schema[] =>
  (item.oneOf ?? item.anyOf ?? [item]).map((one) => resolve(one, root).schema);

/** The variant whose constant fields agree with the item. */
function variantOf(variants: Schema[], item: Item): number {
  const found = variants.findIndex((variant) =>
    Object.entries(variant.properties ?? {}).every(([name, one]) => one.const === undefined || one.const === item[name]),
  );
  return Math.max(0, found);
}

const nameOf = (variant: Schema): string => {
  const tag = Object.values(variant.properties ?? {}).find((one) => one.const !== undefined)?.const;
  const text = String(tag ?? variant.title ?? "item").replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export function RowsField({ id, field, value, context, write }: ControlProps) {
  const [items, keep] = useRows(value ?? [], (json) => (Array.isArray(json) ? (json as Item[]) : []));
  const variants = variantsOf(resolve(field.schema.items ?? {}, context.root).schema, context.root);
  const change = (next: Item[]): void => {
    keep(next, next);
    write(next);
  };
  const put = (place: number, item: Item): void => change(items.map((other, index) => (index === place ? item : other)));
  return (
    <div className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {items.map((item, place) => {
        const chosen = variantOf(variants, item);
        const variant = variants[chosen] ?? {};
        return (
          <div key={place} className="cb-card">
            <div className="cb-card-head">
              {variants.length > 1 ? (
                <select className="cb-input cb-select" value={chosen} disabled={context.readonly} aria-label="Kind"
                  onChange={(event) => put(place, startOf(variants[Number(event.target.value)] ?? {}, context.root) as Item)}>
                  {variants.map((one, index) => <option key={index} value={index}>{nameOf(one)}</option>)}
                </select>
              ) : (
                <span className="cb-card-title">{place + 1}</span>
              )}
              <button type="button" className="cb-tool" aria-label={`Remove ${place + 1}`} disabled={context.readonly}
                onClick={() => change(items.filter((_, index) => index !== place))}>
                <Icon name="close" />
              </button>
            </div>
            {fieldsOf(variant, context.root).filter((inner) => inner.kind !== "fixed").map((inner) => (
              <FieldRow
                key={inner.name}
                field={inner}
                path={`${id}-${place}`}
                value={item[inner.name] ?? inner.schema.default}
                context={context}
                problems={[]}
                onChange={(next) => put(place, { ...item, [inner.name]: next ?? null })}
              />
            ))}
          </div>
        );
      })}
      {!context.readonly && (
        <button type="button" className="cb-link" data-testid={`field-${field.name}-add`}
          onClick={() => change([...items, startOf(variants[0] ?? {}, context.root) as Item])}>
          <Icon name="add" /> Add
        </button>
      )}
    </div>
  );
}
