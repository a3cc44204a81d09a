/** Indexes for pages of what went wrong: few records among very many, so they cost little. */
export const usagePages: string = `
CREATE INDEX crossmodel_usage_records_failures
  ON crossmodel_usage_records (time, request_id) WHERE status <> 'completed';
CREATE INDEX crossmodel_usage_records_failures_of_account
  ON crossmodel_usage_records (account_id, time, request_id) WHERE status <> 'completed';
`
