/** Another name or type for a column: what will change is listed first, and then done as one edit. */
import { useEffect, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { wordOf } from "../fields/schema";
import { Icon } from "../Icon";
import { places, type Inquiry } from "../model/questions";
import { ProposalList } from "./ProposalList";
import type { Answer, Json } from "../protocol";

const TYPING_MS = 350;
const STOPS = "button:not(:disabled), input, select";

type OfColumn = Exclude<Inquiry, { kind: "later" }>;

export function ColumnDialog() {
  const inquiry = usePart((state) => state.inquiry);
  return inquiry ? <Sheet key={JSON.stringify(inquiry)} inquiry={inquiry} /> : null;
}

function Sheet({ inquiry }: { inquiry: Inquiry }) {
  const { model } = useEditor();
  const answer = usePart((state) => state.answer);
  const sheet = useRef<HTMLFormElement>(null);
  const [asked, setAsked] = useState(inquiry.kind === "later");
  const before = useRef(document.activeElement as HTMLElement | null);
  useEffect(() => {
    sheet.current?.querySelector<HTMLElement>("input, select, .cb-primary")?.focus();
    return () => before.current?.focus?.({ preventScroll: true });
  }, []);

  const close = (): void => model.questions.inquire(null);
  const apply = (): void => {
    if (answer?.graph) model.questions.take(answer);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key === "Tab") keepInside(event, sheet.current);
  };
  const title = inquiry.kind === "later" ? (answer?.title ?? "") : inquiry.kind === "rename" ? `Rename column “${inquiry.column.name}”` : `Change the type of “${inquiry.column.name}”`;
  return (
    <div className="cb-veil" onClick={close} onKeyDown={onKeyDown}>
      <form ref={sheet} className="cb-sheet cb-sheet-narrow" role="dialog" aria-modal="true" aria-label={title} data-testid="column-dialog"
        onClick={(event) => event.stopPropagation()}
        onSubmit={(event) => { event.preventDefault(); apply(); }}>
        <header className="cb-sheet-head">
          <h2 className="cb-clip" title={title}>{title}</h2>
          <button type="button" className="cb-tool" aria-label="Close" onClick={close}><Icon name="close" /></button>
        </header>
        <div className="cb-inquiry">
          {inquiry.kind === "rename" && <NewName inquiry={inquiry} onAsked={setAsked} />}
          {inquiry.kind === "retype" && <NewType inquiry={inquiry} onAsked={setAsked} />}
          <div aria-live="polite"><Told answer={answer} asked={asked} /></div>
        </div>
        <footer className="cb-sheet-foot">
          <button type="button" className="cb-button" onClick={close}>Cancel</button>
          <button type="submit" className="cb-button cb-primary cb-primary-plain" data-testid="apply-proposal" disabled={!asked || !answer?.graph}>
            {answer?.graph && answer.uses > 0 ? `Change ${places(answer.uses)}` : "Change"}
          </button>
        </footer>
      </form>
    </div>
  );
}

function Told({ answer, asked }: { answer: Answer | null; asked: boolean }) {
  if (!asked) return null;
  if (!answer) return <p className="cb-hint cb-waiting"><Icon name="progress_activity" className="cb-spin" /> Looking for every use…</p>;
  if (answer.error) return <p className="cb-message cb-tone-bad" role="alert" data-testid="proposal-error"><Icon name="error" />{answer.error}</p>;
  return <ProposalList changes={answer.changes} />;
}

interface Asking {
  inquiry: OfColumn;
  onAsked(asked: boolean): void;
}

function NewName({ inquiry, onAsked }: Asking) {
  const { model } = useEditor();
  const [to, setTo] = useState(inquiry.column.name);
  const { node, port, column } = inquiry;
  const name = to.trim();
  useEffect(() => {
    const asks = name !== "" && name !== column.name;
    onAsked(asks);
    model.questions.unask();
    if (!asks) return;
    const timer = setTimeout(() => model.questions.ask({ type: "rename", node, port, column: column.name, to: name }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [model, name, node, port, column.name, onAsked]);
  return (
    <div className="cb-field">
      <label className="cb-label" htmlFor="cb-new-name">New name</label>
      <input id="cb-new-name" className="cb-input" data-testid="new-name" value={to} maxLength={500} autoComplete="off" spellCheck={false}
        onFocus={(event) => event.target.select()} onChange={(event) => setTo(event.target.value)} />
      <p className="cb-hint">Every later use in settings and expressions follows. Undo takes all of it back.</p>
    </div>
  );
}

function NewType({ inquiry, onAsked }: Asking) {
  const { model } = useEditor();
  const types = usePart((state) => state.specs.get("cast")?.params.properties?.to?.enum ?? NONE);
  const [to, setTo] = useState("");
  const { node, port, column } = inquiry;
  useEffect(() => {
    onAsked(to !== "");
    model.questions.unask();
    if (to !== "") model.questions.ask({ type: "retype", node, port, column: column.name, to });
  }, [model, to, node, port, column.name, onAsked]);
  return (
    <div className="cb-field">
      <label className="cb-label" htmlFor="cb-new-type">New type</label>
      <select id="cb-new-type" className="cb-input cb-select" data-testid="new-type" value={to} onChange={(event) => setTo(event.target.value)}>
        <option value="" disabled>Now {column.type}. Choose…</option>
        {types.map((type) => <option key={String(type)} value={String(type)}>{wordOf(type)}</option>)}
      </select>
      <p className="cb-hint">Values that cannot be converted become missing; the new node can say otherwise.</p>
    </div>
  );
}

const NONE: Json[] = [];

function keepInside(event: React.KeyboardEvent, sheet: HTMLElement | null): void {
  const stops = [...(sheet?.querySelectorAll<HTMLElement>(STOPS) ?? [])];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
