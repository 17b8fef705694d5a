/** A form inside a form. */
import type { Json } from "../protocol";
import { fieldsOf } from "../schema";
import type { ControlProps } from "./control";
import { FieldRow } from "./FieldRow";

export function GroupField({ id, field, value, context, write }: ControlProps) {
  const item = (value && typeof value === "object" && !Array.isArray(value) ? value : {}) as { [name: string]: Json };
  return (
    <div className="cb-card" id={id} data-testid={`field-${field.name}`} role="group" aria-label={field.title}>
      {fieldsOf(field.schema, context.root).map((inner) => (
        <FieldRow key={inner.name} field={inner} path={id} value={item[inner.name] ?? inner.schema.default}
          context={context} problems={[]} onChange={(next) => write({ ...item, [inner.name]: next ?? null })} />
      ))}
    </div>
  );
}
