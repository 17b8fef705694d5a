/** What people type is found at the top. `tests/ui/test_palette_search.py` writes the catalogue and runs this. */
import { describe, expect, it } from "vitest";
import { matching } from "../src/palette/search";
import type { ComponentSpec } from "../src/protocol";

declare const process: { env: { [name: string]: string | undefined } };

const path = process.env["CANVASBACK_CATALOGUE"];
const told: ComponentSpec[] = path ? (await import(/* @vite-ignore */ path)).default : [];

/** As people type it who come from scikit-learn, pandas, SQL, KNIME or Orange; what they mean is among the first three. */
const QUERIES: [string, string][] = [
  ["split", "split_random"], ["train test", "split_random"], ["train_test_split", "split_random"], ["partitioning", "split_random"],
  ["holdout", "split_random"], ["stratify", "split_random"], ["k-fold", "cross_validation"], ["cv", "cross_validation"],
  ["time series split", "split_time"], ["cast", "cast"], ["astype", "cast"], ["to_numeric", "cast"], ["to datetime", "parse_date"],
  ["join", "join"], ["merge", "join"], ["left join", "join"], ["vlookup", "lookup"], ["union all", "union"], ["append", "union"],
  ["concat", "union"], ["pivot", "pivot"], ["crosstab", "pivot"], ["melt", "unpivot"], ["groupby", "group_by"], ["aggregate", "group_by"],
  ["sum", "group_by"], ["one hot", "encode_one_hot"], ["one-hot", "encode_one_hot"], ["dummy", "encode_one_hot"],
  ["get_dummies", "encode_one_hot"], ["label encoder", "encode_label"], ["target encoding", "encode_target"], ["fill", "impute_mean"],
  ["fillna", "fill_constant"], ["na", "impute_mean"], ["dropna", "drop_missing"], ["missing values", "impute_mean"],
  ["coalesce", "fill_constant"], ["ffill", "fill_forward"], ["normalize", "standardize"], ["scale", "standardize"],
  ["zscore", "standardize"], ["min max", "scale_min_max"], ["StandardScaler", "standardize"], ["where", "filter_rows"],
  ["filter", "filter_rows"], ["order by", "sort_rows"], ["distinct", "deduplicate"], ["drop_duplicates", "deduplicate"],
  ["top n", "limit_rows"], ["head", "limit_rows"], ["case when", "formula"], ["rename", "rename_columns"], ["drop", "drop_columns"],
  ["select", "select_columns"], ["regex", "extract_text"], ["bucket", "bin_values"], ["qcut", "bin_quantiles"],
  ["rank", "window"], ["moving average", "rolling_features"], ["shift", "lag_features"], ["weekday", "date_parts"],
  ["xgboost", "xgboost_classifier"], ["xgb", "xgboost_classifier"], ["lgbm", "lightgbm_classifier"], ["logistic", "logistic_regression"],
  ["logit", "logistic_regression"], ["ols", "linear_regression"], ["linear regression", "linear_regression"], ["rf", "random_forest_classifier"],
  ["random forest", "random_forest_classifier"], ["knn", "k_neighbors_classifier"], ["svm", "svc"], ["mlp", "mlp_classifier"],
  ["baseline", "dummy_classifier"], ["kmeans", "k_means"], ["hierarchical", "agglomerative"], ["segmentation", "k_means"],
  ["anomaly", "isolation_forest"], ["fraud", "isolation_forest"], ["pca", "pca"], ["rfe", "select_rfe"],
  ["feature importance", "permutation_importance"], ["shap", "shap_values"], ["grid search", "tune"], ["hyperparameters", "tune"],
  ["ensemble", "stacking"], ["imbalanced", "smote"], ["oversample", "oversample_random"], ["confusion matrix", "evaluate"],
  ["auc", "evaluate"], ["scorer", "evaluate"], ["predict", "apply_model"], ["csv", "file"], ["excel", "file"], ["to_csv", "export_file"],
  ["postgres", "database_query"], ["plot", "chart"], ["histogram", "chart"], ["tf-idf", "tfidf"], ["bag of words", "bag_of_words"],
  ["describe", "profile"], ["assert", "expect"], ["gdpr", "find_pii"], ["comment", "note"], ["iris", "sample_data"], ["churn", "sample_data"],
];

describe.skipIf(!path)("the search of the palette", () => {
  it.each(QUERIES)("finds for “%s” %s", (query, key) => {
    expect(matching(told, query).slice(0, 3).map((spec) => spec.key)).toContain(key);
  });
  it.each([["gradient boosting", "hist_gradient_boosting_classifier"], ["join", "join"], ["split", "split_random"], ["standardize", "standardize"]])(
    "puts first for “%s” %s", (query, key) => expect(matching(told, query)[0]?.key).toBe(key),
  );
  it("finds every component by its title, first or beside its namesake", () => {
    const late = told.filter((spec) => !matching(told, spec.title).slice(0, 2).includes(spec));
    expect(late.map((spec) => spec.key)).toEqual([]);
  });
  it("finds every component by each of its other names", () => {
    const lost = told.flatMap((spec) => spec.words.filter((word) => !matching(told, word).includes(spec)));
    expect(lost).toEqual([]);
  });
  it("finds nothing for what nothing is called", () => expect(matching(told, "qqq zzz")).toEqual([]));
});
