/** A text box with a list of suggestions: arrow keys, Enter, Escape, or the mouse. */
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "../Icon";
import type { Lack } from "./control";

export interface Suggestion {
  value: string;
  label: string;
  icon?: string;
  about?: string;
}

interface Props {
  id?: string;
  suggestions: Suggestion[];
  placeholder: string;
  label: string;
  disabled?: boolean;
  /** Shown when the box is not being typed in. */
  value?: string;
  clearOnPick?: boolean;
  free?: boolean;
  /** Said where there is nothing to choose from. */
  lack?: Lack;
  testId?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  onPick(value: string): void;
}

const SHOWN = 60;

export function Combobox(props: Props) {
  const { suggestions, placeholder, label, disabled, value = "", clearOnPick = false, free = false, lack, onPick } = props;
  const [text, setText] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const listId = useId();
  const query = (text ?? "").trim().toLowerCase();
  const found = useMemo(
    () => suggestions.filter((one) => one.label.toLowerCase().includes(query)).slice(0, SHOWN),
    [suggestions, query],
  );

  useEffect(() => {
    if (open) list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [open, active]);

  const pick = (chosen: string): void => {
    onPick(chosen);
    setText(clearOnPick ? "" : null);
    setActive(0);
    if (!clearOnPick) setOpen(false);
  };
  const leads = suggestions.length === 0 && !query && lack?.go ? lack : null;
  const leave = (): void => {
    setOpen(false);
    const typed = (text ?? "").trim();
    const exact = suggestions.find((one) => one.label === typed);
    if (typed && exact && !clearOnPick) onPick(exact.value);
    else if (typed && free) onPick(typed);
    setText(null);
  };
  const follow = (): void => {
    setOpen(false);
    leads?.go?.();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setOpen(true);
      setActive((found.length + active + (open ? step : 0)) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const typed = (text ?? "").trim();
      const hit = open ? found[active] : undefined;
      if (open && leads) return follow();
      if (hit && (query || active > 0 || !free)) pick(hit.value);
      else if (free && typed) pick(typed);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setText(null);
      setOpen(false);
    }
  };

  return (
    <div className="cb-combo">
      <input
        id={props.id}
        data-testid={props.testId}
        className="cb-input"
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-label={label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid}
        aria-activedescendant={open && (found[active] || leads) ? `${listId}-${active}` : undefined}
        placeholder={placeholder}
        disabled={disabled}
        autoComplete="off"
        spellCheck={false}
        value={text ?? value}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onFocus={(event) => event.target.select()}
        onBlur={leave}
        onKeyDown={onKeyDown}
      />
      {open && !disabled && (
        <ul className="cb-list" role="listbox" id={listId} ref={list} aria-label={label}>
          {found.length === 0 && (
            <li id={`${listId}-0`} className="cb-list-empty" role="option" aria-selected={leads !== null} aria-disabled={leads === null} data-testid="nothing-to-choose"
              onMouseDown={(event) => {
                event.preventDefault();
                if (leads) follow();
              }}>
              {emptyWords(query, free, suggestions.length === 0 ? lack : undefined)}
              {leads && <span className="cb-list-way"><Icon name="arrow_forward" />{leads.label}</span>}
            </li>
          )}
          {found.map((one, index) => (
            <li
              key={one.value}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              className="cb-list-item"
              onMouseEnter={() => setActive(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                pick(one.value);
              }}
            >
              {one.icon && <Icon name={one.icon} />}
              <span className="cb-list-label">{one.label}</span>
              {one.about && <span className="cb-list-about">{one.about}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Why the list is empty. */
function emptyWords(query: string, free: boolean, lack: Lack | undefined): string {
  if (query && free) return "Press Enter to use this";
  if (lack) return lack.text;
  return query ? `Nothing here is called “${query}”` : "Nothing is left to choose";
}
