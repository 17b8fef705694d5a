/** The help of a component: what it does, when to use it, what an endpoint does with it, and an example. */
import { useState } from "react";
import { usePart } from "../context";
import { Icon } from "../Icon";
import { helpParts } from "./help-text";
import { Prose } from "../Prose";
import type { ComponentSpec } from "../protocol";
import { SampleTable } from "./SampleTable";

export function HelpSection({ spec, node }: { spec: ComponentSpec; node: string }) {
  const [open, setOpen] = useState(false);
  const trial = usePart((state) => (state.trial?.node === node ? state.trial : null));
  const { does, labelled } = helpParts(spec.help);
  const whose = trial?.of === "example" ? "an example" : "your data";
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" data-testid="component-help" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" /> Help
        <span className="cb-fold-note">{spec.key}</span>
      </button>
      {open && (
        <div className="cb-form-inner cb-help">
          {does.map((text) => <p key={text}><Prose text={text} /></p>)}
          <dl className="cb-help-list">
            {labelled.map(([label, text]) => (
              <div key={label}><dt>{label}</dt><dd><Prose text={text} /></dd></div>
            ))}
            {spec.requires.map((install) => (
              <div key={install}><dt>Needs</dt><dd><code className="cb-inline">pip install "{install}"</code></dd></div>
            ))}
          </dl>
          {trial?.before && trial.after && (
            <>
              <h3>Before, on {whose}</h3>
              <SampleTable table={trial.before} label="Before" testId="help-before" />
              <h3>After</h3>
              <SampleTable table={trial.after} label="After" testId="help-after" />
            </>
          )}
          {trial?.note && <p className="cb-hint">{trial.note}</p>}
        </div>
      )}
    </section>
  );
}
