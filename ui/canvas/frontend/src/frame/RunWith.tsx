/** One run with other values of the parameters; the pipeline keeps its defaults. */
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useEditor, usePart } from "../context";
import { FieldRow } from "../fields/FieldRow";
import { fieldOf, sentence } from "../fields/schema";
import { mistake } from "../fields/validate";
import { Icon } from "../Icon";
import { parametersOf, schemaOf } from "../model/parameters";
import { same } from "../model/merge";
import { useParameterContext } from "../panel/offered";
import type { Json, Parameters, Params } from "../protocol";

interface Props {
  onClose(): void;
  onRun(params: Params): void;
}

export function RunWith({ onClose, onRun }: Props) {
  const { model } = useEditor();
  const params = usePart((state) => parametersOf(state.graph));
  const [values, setValues] = useState<Params>(() => begunWith(params, model.state.run?.params ?? {}));
  const [wrong, setWrong] = useState(false);
  const context = useParameterContext();
  const sheet = useRef<HTMLDivElement>(null);
  const root = useRef(document.querySelector<HTMLElement>("[data-testid=canvas]"));
  useEffect(() => sheet.current?.querySelector<HTMLElement>("input, select, textarea, button[role=switch]")?.focus(), []);
  const known = Object.entries(params).filter(([, one]) => one.type !== "any");
  const run = (): void => {
    // A mistake in a field never reaches `values`: what stands there would not be what runs.
    const bad = sheet.current?.querySelector<HTMLElement>(".cb-field-bad :is(input, select, textarea)");
    setWrong(Boolean(bad));
    if (bad) return bad.focus();
    onRun(Object.fromEntries(known.filter(([name, one]) => !same(values[name], one.default)).map(([name]) => [name, values[name] as Json])));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    if (event.key === "Tab") keepInside(event, sheet.current);
  };
  const changed = known.some(([name, one]) => !same(values[name], one.default));
  if (!root.current) return null;
  return createPortal(
    <div className="cb-veil" onClick={onClose} onKeyDown={onKeyDown}>
      <div ref={sheet} className="cb-sheet cb-run-with" role="dialog" aria-modal="true" aria-label="Run with other values" data-testid="run-with" onClick={(event) => event.stopPropagation()}>
        <header className="cb-sheet-head">
          <h2>Run with…</h2>
          <button type="button" className="cb-tool" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
        </header>
        <div className="cb-run-with-body">
          <p className="cb-hint">Only for this run; the defaults stay as they are. What is asked for is kept with the run.</p>
          {known.map(([name, one]) => (
            <FieldRow
              key={name} field={{ ...fieldOf(name, schemaOf(one), {}, false), title: sentence(name) }} path="cb-run-with" value={values[name]} context={context} problems={[]}
              initial={same(values[name], one.default) ? undefined : one.default}
              onChange={(next) => setValues((now) => ({ ...now, [name]: next ?? one.default }))}
            />
          ))}
        </div>
        <footer className="cb-run-with-foot">
          {wrong && <span className="cb-message cb-tone-bad" role="alert"><Icon name="error" />Correct what is marked first.</span>}
          <span className="cb-grow" />
          <button type="button" className="cb-button" disabled={!changed} onClick={() => setValues(begunWith(params, {}))}>Back to the defaults</button>
          <button type="button" className="cb-button cb-primary" data-testid="run-with-start" onClick={run}><Icon name="play_arrow" />Run</button>
        </footer>
      </div>
    </div>,
    root.current,
  );
}

/** What was asked for last, where it still fits; else the defaults. */
function begunWith(params: Parameters, last: Params): Params {
  const begun = (name: string): Json => {
    const one = params[name]!;
    const asked = Object.hasOwn(last, name) ? last[name] : undefined;
    return asked !== undefined && mistake(schemaOf(one), asked) === null ? asked : one.default;
  };
  return Object.fromEntries(Object.keys(params).map((name) => [name, begun(name)]));
}

function keepInside(event: React.KeyboardEvent, sheet: HTMLElement | null): void {
  const stops = [...(sheet?.querySelectorAll<HTMLElement>("button, input, select, textarea") ?? [])].filter((one) => !one.hasAttribute("disabled") && one.tabIndex >= 0);
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
