/** A formula in SQL's words: columns and functions are completed, and its values are shown on sample rows. */
import { useId, useLayoutEffect, useRef, useState } from "react";
import { kindIcon, quoted } from "../panel/columns";
import { callAt, offers, wordAt, type Offer } from "./completion";
import { Icon } from "../Icon";
import { SampleTable } from "../panel/SampleTable";
import { columnsFor, useDraft, type ControlProps } from "./control";

const CHIPS = 8;

export function ExpressionField(props: ControlProps) {
  const { id, field, value, context, write, describedBy, invalid } = props;
  const [draft, setDraft] = useDraft(typeof value === "string" ? value : "", (text) => text);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const columns = columnsFor(props);
  const word = wordAt(draft, caret);
  const offered = open ? offers(word, columns, context.functions) : [];
  const call = callAt(draft, caret, context.functions);
  const shown = context.expressions[field.name];

  // Put the caret behind what was inserted before the next key arrives.
  const completed = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (completed.current === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(completed.current, completed.current);
    completed.current = null;
  });

  const type = (text: string): void => {
    setDraft(text);
    write(text === "" && field.nullable ? null : text);
  };
  const insert = (from: number, text: string, place: number): void => {
    type(draft.slice(0, from) + text + draft.slice(caret));
    setCaret(from + place);
    setOpen(false);
    completed.current = from + place;
  };
  const complete = (offer: Offer): void => insert(caret - word.length, offer.text, offer.caret);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const chosen = offered[Math.min(active, offered.length - 1)];
    if (!chosen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((offered.length + active + step) % offered.length);
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) complete(chosen);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="cb-stack">
      <div className="cb-combo">
        <textarea
          ref={area}
          id={id}
          data-testid={`field-${field.name}`}
          className="cb-input cb-code"
          rows={3}
          spellCheck={false}
          autoCapitalize="off"
          placeholder={field.placeholder || "price * quantity"}
          value={draft}
          disabled={context.readonly}
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={offered.length > 0 ? `${listId}-${active}` : undefined}
          aria-describedby={describedBy}
          aria-invalid={invalid}
          onChange={(event) => {
            type(event.target.value);
            setCaret(event.target.selectionStart);
            setActive(0);
            setOpen(true);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
        {offered.length > 0 && (
          <ul className="cb-list" role="listbox" id={listId} aria-label="Columns and functions">
            {offered.map((one, index) => (
              <li key={one.label} id={`${listId}-${index}`} role="option" aria-selected={index === active} className="cb-list-item"
                onMouseEnter={() => setActive(index)}
                onMouseDown={(event) => { event.preventDefault(); complete(one); }}>
                <Icon name={one.icon} />
                <span className="cb-list-label">{one.label}</span>
                <span className="cb-list-about">{one.about}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {call && <p className="cb-hint" data-testid="call"><code className="cb-inline">{call.signature}</code> {call.about}</p>}
      {draft === "" && columns.length > 0 && !context.readonly && (
        <div className="cb-chips" role="group" aria-label="Columns to insert">
          {columns.slice(0, CHIPS).map((column) => (
            <button key={column.name} type="button" className="cb-chip cb-chip-button" title={`Insert ${column.name} (${column.type})`}
              onMouseDown={(event) => event.preventDefault()} onClick={() => insert(caret, quoted(column.name), quoted(column.name).length)}>
              <Icon name={kindIcon(column.kind)} />
              <span className="cb-chip-text">{column.name}</span>
            </button>
          ))}
          {columns.length > CHIPS && <span className="cb-chips-lead">type to find more</span>}
        </div>
      )}
      {shown && draft !== "" && <SampleTable table={shown} label={`${field.title} on sample rows`} testId={`sample-${field.name}`} />}
    </div>
  );
}
