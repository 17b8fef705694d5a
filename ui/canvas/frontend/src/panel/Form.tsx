/** The settings of a node as a form. */
import { useMemo, useState } from "react";
import { problemsOf } from "../board/NodeCard";
import { useEditor, usePart } from "../context";
import type { Context } from "../fields/control";
import { FieldRow } from "../fields/FieldRow";
import { applies, condition, fieldsOf, type Field } from "../fields/schema";
import { Icon } from "../Icon";
import type { Column, ComponentSpec, Facts, GraphNode, Json, Schema } from "../protocol";
import { useLack } from "./lacking";
import { useParameterOffer } from "./offered";
import { withoutName } from "./Problems";

export function Form({ node, spec, facts }: { node: GraphNode; spec: ComponentSpec; facts: Facts | undefined }) {
  const { model } = useEditor();
  const options = usePart((state) => state.options);
  const functions = usePart((state) => state.functions);
  const trial = usePart((state) => (state.trial?.node === node.id ? state.trial : null));
  const readonly = usePart((state) => state.readonly);
  const told = usePart((state) => problemsOf(state.problems, node.id));
  const title = node.title ?? spec.title;
  const problems = useMemo(() => told.map((one) => ({ ...one, message: withoutName(one.message, title) })), [told, title]);
  const [advanced, setAdvanced] = useState(false);
  const fields = useMemo(() => fieldsOf(spec.params), [spec]);
  const parameters = useParameterOffer();
  const lackOf = useLack(node, spec.inputs[0]?.name ?? "");
  const context = useMemo<Context>(() => {
    const arriving = facts?.inputs ?? {};
    const first = spec.inputs[0]?.name ?? "";
    const columnsOf = (port: string | undefined): Column[] => arriving[port || first] ?? [];
    return { root: spec.params, columnsOf, lackOf, options, functions, expressions: trial?.expressions ?? {}, readonly, parameters };
  }, [spec, facts, options, functions, trial, readonly, parameters, lackOf]);
  if (fields.length === 0) return <p className="cb-hint cb-form">This component has no settings.</p>;

  const change = (field: Field, value: Json | undefined): void => {
    const initial = defaultOf(field, spec.params);
    const same = initial !== undefined && JSON.stringify(value) === JSON.stringify(initial);
    model.setParam(node.id, field.name, same ? undefined : value);
  };
  const valueOf = (name: string): Json | undefined => {
    const field = fields.find((one) => one.name === name);
    return node.params[name] !== undefined ? node.params[name] : field && defaultOf(field, spec.params);
  };
  const matters = (field: Field): boolean => applies(field, valueOf);
  const isSet = (field: Field): boolean => node.params[field.name] !== undefined;
  const called = (field: Field): boolean => problems.some((problem) => problem.field === field.name);
  const draw = (field: Field) => (
    <FieldRow
      key={field.name}
      field={field}
      path={`cb-${node.id}`}
      value={valueOf(field.name)}
      context={context}
      note={matters(field) ? undefined : condition(field)}
      initial={isSet(field) ? defaultOf(field, spec.params) : undefined}
      onFix={(problem) => problem.fix && model.wish({ type: "fix", problem: problem.id, fix: problem.fix.id })}
      problems={problems.filter((problem) => problem.field === field.name)}
      onChange={(value) => change(field, value)}
    />
  );
  // What does not matter now is left out, unless it was set or something is wrong with it.
  const shown = fields.filter((field) => matters(field) || isSet(field) || called(field));
  const hidden = shown.filter((field) => field.advanced);
  const calls = hidden.some(called);
  const set = hidden.filter(isSet).length;
  return (
    <div className="cb-form">
      {shown.filter((field) => !field.advanced).map(draw)}
      {hidden.length > 0 && (
        <section className="cb-fold">
          <button type="button" className="cb-fold-head" data-testid="advanced" aria-expanded={advanced || calls} onClick={() => setAdvanced(!advanced)}>
            <Icon name="chevron_right" /> Advanced
            {set > 0 && <span className="cb-new">{set} changed</span>}
          </button>
          {(advanced || calls) && <div className="cb-form-inner">{hidden.map(draw)}</div>}
        </section>
      )}
    </div>
  );
}

const defaultOf = (field: Field, root: Schema): Json | undefined =>
  root.properties?.[field.name]?.default ?? (field.schema.default as Json | undefined);
