/** A list of small forms: aggregations, rules, window functions. They can be added, removed and moved. */
import { Icon } from "../Icon";
import type { Json, Schema } from "../protocol";
import { resolve, startOf } from "./schema";
import { useRows, type ControlProps } from "./control";
import { ItemForm, titleOf, variantsOf, type Item } from "./ItemForm";

export function RowsField({ id, field, value, context, write }: ControlProps) {
  const [items, keep] = useRows(value ?? [], (json) => (Array.isArray(json) ? (json as Item[]) : []));
  const item: Schema = resolve(field.schema.items ?? {}, context.root).schema;
  const variants = variantsOf(item, context.root);
  const change = (next: Item[]): void => {
    keep(next, next);
    write(next);
  };
  const moved = (place: number): Item[] => items.map((one, other) => (other === place - 1 ? items[place]! : other === place ? items[place - 1]! : one));
  return (
    <div className="cb-stack" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {items.map((one, place) => (
        <ItemForm
          key={place}
          id={`${id}-${place}`}
          title={`${titleOf(variants[0] ?? {})} ${place + 1}`}
          variants={variants}
          item={one}
          context={context}
          onChange={(next) => change(items.map((other, index) => (index === place ? next : other)))}
        >
          {place > 0 && (
            <button type="button" className="cb-tool" aria-label={`Move ${place + 1} up`} disabled={context.readonly} onClick={() => change(moved(place))}>
              <Icon name="arrow_upward" />
            </button>
          )}
          {place < items.length - 1 && (
            <button type="button" className="cb-tool" aria-label={`Move ${place + 1} down`} disabled={context.readonly} onClick={() => change(moved(place + 1))}>
              <Icon name="arrow_downward" />
            </button>
          )}
          <button type="button" className="cb-tool" aria-label={`Remove ${place + 1}`} disabled={context.readonly}
            onClick={() => change(items.filter((_, index) => index !== place))}>
            <Icon name="close" />
          </button>
        </ItemForm>
      ))}
      {!context.readonly && (
        <button type="button" className="cb-link" data-testid={`field-${field.name}-add`}
          onClick={() => change([...items, startOf(variants[0] ?? {}, context.root) as Item])}>
          <Icon name="add" /> Add {variants.length === 1 ? titleOf(variants[0] ?? {}).toLowerCase() : "one"}
        </button>
      )}
    </div>
  );
}

/** One small form that may be of several kinds. */
export function VariantField({ id, field, value, context, write }: ControlProps) {
  const variants = variantsOf(field.schema, context.root);
  const item = value && typeof value === "object" && !Array.isArray(value) ? (value as Item) : null;
  if (!item) {
    return (
      <button type="button" className="cb-link" data-testid={`field-${field.name}`} disabled={context.readonly}
        onClick={() => write(startOf(variants[0] ?? {}, context.root) as Json)}>
        <Icon name="add" /> Set
      </button>
    );
  }
  return (
    <div id={id} data-testid={`field-${field.name}`}>
      <ItemForm id={id} title={field.title} variants={variants} item={item} context={context} onChange={write}>
        {field.nullable && (
          <button type="button" className="cb-tool" aria-label={`Clear ${field.title}`} disabled={context.readonly} onClick={() => write(null)}>
            <Icon name="close" />
          </button>
        )}
      </ItemForm>
    </div>
  );
}
