/** The parameters of the pipeline: declared here, used in any field, changed for one run in “Run with…”. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import type { Model } from "../model/model";
import { freshName, inWords, missingParameters, MOST_PARAMETERS, parameterFor, parametersOf, setParameter, usesOf } from "../model/parameters";
import { ParameterForm } from "./ParameterForm";

/** The wish to see them that was followed already: this pane comes and goes with the selection. */
const shown = new WeakMap<Model, number>();

export function Parameters() {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const readonly = usePart((state) => state.readonly);
  const wanted = usePart((state) => state.parametersAsked);
  const [open, setOpen] = useState<string | null>(null);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wanted <= (shown.get(model) ?? 0)) return;
    shown.set(model, wanted);
    pane.current?.scrollIntoView({ block: "nearest" });
    pane.current?.focus({ preventScroll: true });
  }, [wanted, model]);
  const uses = useMemo(() => usesOf(graph), [graph]);
  const missing = useMemo(() => missingParameters(graph), [graph]);
  const params = parametersOf(graph);
  const names = Object.keys(params);
  const add = (name: string): void => {
    model.change(setParameter(model.state.graph, name, parameterFor("number")));
    setOpen(name);
  };
  return (
    <section ref={pane} className="cb-pane cb-params" data-testid="parameters" aria-label="Parameters" tabIndex={-1}>
      <h2 className="cb-pane-title">Parameters {names.length > 0 && <span className="cb-count">{names.length}</span>}</h2>
      {names.length === 0 && missing.length === 0 && (
        <p className="cb-hint">A value with a name: written once, used in many fields, and chosen anew for a run with “Run with…”.</p>
      )}
      {missing.map((name) => (
        <div key={name} className="cb-message cb-tone-bad cb-param-missing">
          <Icon name="error" /><span>“{name}” is used and not declared.</span>
          {!readonly && <button type="button" className="cb-button cb-button-small" data-testid={`declare-${name}`} onClick={() => add(name)}>Add it</button>}
        </div>
      ))}
      <ul className="cb-param-list">
        {names.map((name) => (
          <li key={name} className="cb-param" data-testid={`parameter-row-${name}`}>
            <button type="button" className="cb-param-head" aria-expanded={open === name} onClick={() => setOpen(open === name ? null : name)}>
              <Icon name="chevron_right" /><span className="cb-param-name cb-clip">{name}</span>
              <span className="cb-param-now cb-clip">{inWords(params[name]!.default)}</span>
            </button>
            {open === name && <ParameterForm name={name} parameter={params[name]!} uses={uses.get(name) ?? []} onRenamed={setOpen} onGone={() => setOpen(null)} />}
          </li>
        ))}
      </ul>
      {!readonly && names.length < MOST_PARAMETERS && (
        <button type="button" className="cb-link" data-testid="add-parameter" onClick={() => add(freshName(graph, "parameter"))}><Icon name="add" />Add a parameter</button>
      )}
    </section>
  );
}
