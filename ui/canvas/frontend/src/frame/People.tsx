/** Who is here: a chip for each, and for oneself a name that can be chosen. */
import { useEffect, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { initials, LONGEST_NAME } from "../model/person";
import type { Person } from "../protocol";
import { titleOf } from "../model/rules";
import { nodeOf } from "../model/graph";

const SHOWN = 4;
export const COLOURS = 8;
export const colourOf = (person: Person): React.CSSProperties => ({ "--cb-person": `var(--cb-person-${person.colour % COLOURS})` }) as React.CSSProperties;

export function People() {
  const people = usePart((state) => state.people);
  const mine = people.find((one) => one.me);
  const others = people.filter((one) => !one.me);
  if (others.length === 0 || !mine) return null;
  const more = others.slice(SHOWN);
  return (
    <div className="cb-people" role="group" aria-label="Who is here" data-testid="canvas-people">
      {others.slice(0, SHOWN).map((person) => <Other key={person.id} person={person} />)}
      {more.length > 0 && <span className="cb-person" title={more.map((one) => one.name).join(", ")}>+{more.length}</span>}
      <Myself person={mine} />
    </div>
  );
}

function Other({ person }: { person: Person }) {
  const { model } = useEditor();
  const where = usePart((state) => {
    const node = nodeOf(state.graph, person.node);
    return node ? titleOf(node, state.specs) : null;
  });
  const doing = person.editing ? `${person.name} is editing` : `${person.name} is here`;
  const label = where ? `${doing}: looks at ${where}` : doing;
  return (
    <button type="button" className={`cb-person${person.editing ? " cb-person-editing" : ""}`} style={colourOf(person)} title={label} aria-label={label}
      data-testid="person" onClick={() => { if (person.node && where) model.reveal([person.node]); }}>
      {initials(person.name)}
      {person.editing && <span className="cb-person-says">{person.name} is editing</span>}
    </button>
  );
}

function Myself({ person }: { person: Person }) {
  const { model } = useEditor();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const box = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => { if (open) input.current?.select(); }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const save = (): void => {
    model.rename(name);
    close();
  };
  return (
    <span className="cb-myself" ref={box} onBlur={(event) => { if (!box.current?.contains(event.relatedTarget)) setOpen(false); }}
      onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); close(); } }}>
      <button ref={button} type="button" className="cb-person cb-person-me" style={colourOf(person)} title={`You are ${person.name}: choose another name`}
        aria-label={`You are ${person.name}: choose another name`} aria-expanded={open} data-testid="person-me"
        onClick={() => { setName(person.name); setOpen(!open); }}>
        {initials(person.name)}
      </button>
      {open && (
        <span className="cb-menu cb-name-box">
          <label className="cb-label" htmlFor="cb-my-name">Your name, as others see it here</label>
          <span className="cb-row">
            <input id="cb-my-name" ref={input} className="cb-input" data-testid="person-name" maxLength={LONGEST_NAME} value={name} spellCheck={false}
              onChange={(event) => setName(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); save(); } }} />
            <button type="button" className="cb-button" disabled={name.trim() === ""} onClick={save}><Icon name="check" />Save</button>
          </span>
        </span>
      )}
    </span>
  );
}
