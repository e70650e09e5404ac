// Who uses this library writes one import: records, values, scopes and problems are part of it.
@_exported public import Shared
