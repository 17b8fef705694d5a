/** The help of a component: what it does, when to use it, what an endpoint does with it, and an example. */
import { usePart } from "../context";
import { Prose } from "../Prose";
import type { ComponentSpec } from "../protocol";
import { helpParts } from "./help-text";
import { SampleTable } from "./SampleTable";

export function HelpTab({ spec, node }: { spec: ComponentSpec; node: string }) {
  const trial = usePart((state) => (state.trial?.node === node ? state.trial : null));
  const { does, labelled } = helpParts(spec.help);
  const whose = trial?.of === "example" ? "an example" : "your data";
  return (
    <div className="cb-help" data-testid="component-help">
      {does.map((text) => <p key={text}><Prose text={text} /></p>)}
      <dl className="cb-help-list">
        {labelled.map(([label, text]) => (
          <div key={label}><dt>{label}</dt><dd><Prose text={text} /></dd></div>
        ))}
        {spec.requires.map((install) => (
          <div key={install}><dt>Needs</dt><dd><code className="cb-inline">pip install "{install}"</code></dd></div>
        ))}
        <div><dt>Name in files</dt><dd><code className="cb-inline">{spec.key}</code></dd></div>
      </dl>
      {trial?.before && trial.after && (
        <>
          <h3>Before, on {whose}</h3>
          <SampleTable table={trial.before} most={6} label="Before" testId="help-before" />
          <h3>After</h3>
          <SampleTable table={trial.after} most={6} label="After" testId="help-after" />
        </>
      )}
    </div>
  );
}
