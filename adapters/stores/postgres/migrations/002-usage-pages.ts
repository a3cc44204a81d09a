/** Indexes for pages of what went wrong, and of one model: few records among very many. */
export const usagePages: string = `
CREATE INDEX crossmodel_usage_records_failures
  ON crossmodel_usage_records (time, request_id) WHERE status <> 'completed';
CREATE INDEX crossmodel_usage_records_failures_of_account
  ON crossmodel_usage_records (account_id, time, request_id) WHERE status <> 'completed';
CREATE INDEX crossmodel_usage_records_model ON crossmodel_usage_records (model, time, request_id);
CREATE INDEX crossmodel_usage_records_model_of_account
  ON crossmodel_usage_records (account_id, model, time, request_id);
`
