/** One parameter of the pipeline: its name, its type, its default, and where it is used. */
import { useEditor, usePart } from "../context";
import { useDraft } from "../fields/control";
import { FieldRow } from "../fields/FieldRow";
import { readNumber } from "../fields/NumberField";
import { fieldOf, sentence } from "../fields/schema";
import { Icon } from "../Icon";
import { nodeOf } from "../model/graph";
import { nameMistake, removeParameter, renameParameter, retyped, schemaOf, setParameter, TYPES, type Use } from "../model/parameters";
import { titleOf } from "../model/rules";
import type { Parameter, ParameterType } from "../protocol";
import { useParameterContext } from "./offered";

interface Props {
  name: string;
  parameter: Parameter;
  uses: Use[];
  onRenamed(name: string): void;
  onGone(): void;
}

export function ParameterForm({ name, parameter, uses, onRenamed, onGone }: Props) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const context = useParameterContext();
  const set = (change: Partial<Parameter>): void =>
    model.change(setParameter(model.state.graph, name, { ...parameter, ...change }), `parameter ${name} ${Object.keys(change).join(" ")}`);
  const bounded = parameter.type === "number" || parameter.type === "integer";
  const remove = (): void => {
    const graph = removeParameter(model.state.graph, name);
    if (!graph) return;
    onGone();
    model.change(graph);
  };
  if (parameter.type === "any") return <p className="cb-hint cb-param-body">A list or a mapping; it can be changed in the YAML.</p>;
  return (
    <div className="cb-param-body">
      <NameBox name={name} onRenamed={onRenamed} />
      <label className="cb-field">
        <span className="cb-label">Type</span>
        <select className="cb-input cb-select" data-testid="parameter-type" value={parameter.type} disabled={readonly} onChange={(event) => set(retyped(parameter, event.target.value as ParameterType))}>
          {TYPES.map(([type, word]) => <option key={type} value={type}>{word}</option>)}
        </select>
      </label>
      {parameter.type === "choice" && <Choices parameter={parameter} onChange={(choices) => set({ choices, default: choices.includes(parameter.default as string) ? parameter.default : choices[0]! })} />}
      <FieldRow
        key={parameter.type} field={{ ...fieldOf("default", schemaOf(parameter), {}, false), title: "Default", about: "" }} path={`cb-parameter-${name}`} value={parameter.default}
        context={context} problems={[]} onChange={(next) => next !== undefined && set({ default: next })}
      />
      {bounded && (
        <div className="cb-row cb-param-bounds">
          <Bound label="At least" value={parameter.min} readonly={readonly} onChange={(min) => set({ min })} wrong={(min) => beyond(min, parameter.max, parameter.default, "least")} />
          <Bound label="At most" value={parameter.max} readonly={readonly} onChange={(max) => set({ max })} wrong={(max) => beyond(parameter.min, max, parameter.default, "most")} />
        </div>
      )}
      <About parameter={parameter} readonly={readonly} onChange={(about) => set({ about })} />
      <Uses uses={uses} />
      {!readonly && (
        <button type="button" className="cb-button cb-button-small" data-testid="delete-parameter" disabled={uses.length > 0}
          title={uses.length > 0 ? "It is used: set other values there first" : undefined} onClick={remove}>
          <Icon name="delete" />Delete
        </button>
      )}
    </div>
  );
}

/** Why a bound cannot be this; null where it can. */
function beyond(min: number | null, max: number | null, value: Parameter["default"], which: "least" | "most"): string | null {
  if (min !== null && max !== null && min > max) return which === "least" ? `This must be at most ${max}.` : `This must be at least ${min}.`;
  if (typeof value !== "number") return null;
  if (which === "least" && min !== null && value < min) return `The default, ${value}, is less.`;
  return which === "most" && max !== null && value > max ? `The default, ${value}, is more.` : null;
}

function NameBox({ name, onRenamed }: { name: string; onRenamed(name: string): void }) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const [draft, setDraft] = useDraft(name, (text) => text);
  const mistake = nameMistake(model.state.graph, draft.trim(), name);
  const save = (): void => {
    const to = draft.trim();
    if (to === name) return;
    if (mistake) return setDraft(name);
    onRenamed(to);
    model.change(renameParameter(model.state.graph, name, to));
  };
  return (
    <label className={`cb-field${mistake ? " cb-field-bad" : ""}`}>
      <span className="cb-label">Name</span>
      <input className="cb-input cb-code" data-testid="parameter-name" value={draft} disabled={readonly} spellCheck={false} aria-invalid={Boolean(mistake)}
        onChange={(event) => setDraft(event.target.value)} onBlur={save}
        onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); save(); } }} />
      {mistake && <span className="cb-message cb-tone-bad" role="alert"><Icon name="error" />{mistake}</span>}
    </label>
  );
}

function Choices({ parameter, onChange }: { parameter: Parameter; onChange(choices: Parameter["choices"]): void }) {
  const numeric = parameter.choices.every((one) => typeof one === "number");
  const [draft, setDraft] = useDraft(parameter.choices.join("\n"), (text) => text);
  const type = (text: string): void => {
    setDraft(text);
    const lines = [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
    const numbers = lines.map(readNumber);
    const choices = numeric && numbers.every((one) => one !== null) ? (numbers as number[]) : lines;
    if (choices.length > 0) onChange(choices);
  };
  return (
    <label className="cb-field">
      <span className="cb-label">Choices, one a line</span>
      <textarea className="cb-input" rows={3} data-testid="parameter-choices" value={draft} spellCheck={false} onChange={(event) => type(event.target.value)} />
    </label>
  );
}

interface BoundProps {
  label: string;
  value: number | null;
  readonly: boolean;
  wrong(value: number | null): string | null;
  onChange(value: number | null): void;
}

function Bound({ label, value, readonly, wrong, onChange }: BoundProps) {
  const [draft, setDraft] = useDraft(value === null ? "" : String(value), (text) => text.trim());
  const read = draft.trim() === "" ? null : readNumber(draft);
  const mistake = draft.trim() !== "" && read === null ? "Enter a number." : wrong(read);
  const type = (text: string): void => {
    setDraft(text);
    const next = text.trim() === "" ? null : readNumber(text);
    if (wrong(next) === null && (next !== null || text.trim() === "")) onChange(next);
  };
  return (
    <label className="cb-field">
      <span className="cb-label">{label}</span>
      <input className="cb-input cb-number" inputMode="decimal" value={draft} placeholder="No bound" disabled={readonly} aria-invalid={Boolean(mistake)} onChange={(event) => type(event.target.value)} />
      {mistake && <span className="cb-message cb-tone-bad" role="alert"><Icon name="error" />{mistake}</span>}
    </label>
  );
}

function About({ parameter, readonly, onChange }: { parameter: Parameter; readonly: boolean; onChange(about: string): void }) {
  const [draft, setDraft] = useDraft(parameter.about, (text) => text);
  return (
    <label className="cb-field">
      <span className="cb-label">What it is for</span>
      <input className="cb-input" data-testid="parameter-about" maxLength={500} value={draft} disabled={readonly} onChange={(event) => { setDraft(event.target.value); onChange(event.target.value); }} />
    </label>
  );
}

function Uses({ uses }: { uses: Use[] }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  if (uses.length === 0) return <p className="cb-hint">Used nowhere yet: choose it in a field by its {"{}"} button.</p>;
  return (
    <div className="cb-param-uses">
      <span className="cb-hint">Used in</span>
      {uses.map(({ node, field }) => (
        <button key={`${node} ${field}`} type="button" className="cb-problem-where cb-clip" onClick={() => { model.select([node]); model.reveal([node]); }}>
          {titleOf(nodeOf(graph, node), specs)}: {sentence(field)}
        </button>
      ))}
    </div>
  );
}
