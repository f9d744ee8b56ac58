"""The permission matrix: the status for every address, method and person (contract C1, C10, and the
rules named beside the lines). It is written by hand from the contract, independently of the code.
`cells.py` explains the format.
"""

MATRIX = """
#                    anon stra frie bloc requ part form crea staf deac
/ open
  GET                all 302
/healthz open
  GET                all 200
/readyz open
  GET                all 200
/metrics open
# a person's token isn't valid here
  GET                all 401
  GET:token          all 200
/admin open
  GET                all 302
/ws/ open
  ANY                all 426
/<nothing> open
  ANY                all 404
/api/schema/ open
  GET                all 200
/api/docs/ open
  GET                all 200
/api/redoc/ open
  GET                all 200

# ── C2: accounts; each person sends their own credentials ────────────────────────────────────
/api/auth/register/ open
  POST               all 201
  POST:instructor    all 201
/api/auth/token/ open
  POST               401  200  200  200  200  200  200  200  200  401
/api/auth/token/refresh/ open
  POST               401  200  200  200  200  200  200  200  200  401
/api/auth/token/verify/ open
  POST               401  200  200  200  200  200  200  200  200  401
/api/auth/logout/ open
  POST               401  204  204  204  204  204  204  204  204  401
/api/auth/password/reset/ open
  POST               all 200
/api/auth/password/reset/confirm/ open
  POST               400  200  200  200  200  200  200  200  200  400
/api/auth/email/confirm/ open
  POST               400  200  200  200  200  200  200  200  200  400
/api/auth/unsubscribe/<str:token>/ open
  GET                all 200
  POST               all 200
  GET:wrong          all 404
  POST:wrong         all 404
/api/auth/password/change/
  POST               signed 200
/api/auth/me/
  GET                signed 200
  PATCH              signed 200

# ── S: group sessions ────────────────────────────────────────────────────────────────────────
/api/sessions/
  GET                signed 200
# S2
  POST               signed 201
  POST:instant       401  403  403  403  403  403  403  201  403  401
/api/sessions/<id:pk>/
  GET                signed 200
# S6
  PUT                401  403  403  403  403  403  403  200  403  401
  PATCH              401  403  403  403  403  403  403  200  403  401
  DELETE             401  403  403  403  403  403  403  204  403  401
  PUT:status         401  403  403  403  403  403  403  200  403  401
  PUT:instant        401  403  403  403  403  403  403  200  403  401
/api/sessions/<id:pk>/approve/
  POST               401  403  403  403  403  403  403  200  200  401
/api/sessions/<id:pk>/cancel/
  POST               401  403  403  403  403  403  403  200  200  401
/api/sessions/<id:pk>/complete/
  POST               401  403  403  403  403  403  403  200  403  401
/api/sessions/<id:pk>/start/
  POST               401  403  403  403  403  403  403  200  403  401
# S8
/api/sessions/<id:pk>/approve_request/
  POST               401  403  403  403  403  403  403  200  403  401
/api/sessions/<id:pk>/reject_request/
  POST               401  403  403  403  403  403  403  200  403  401
/api/sessions/<id:pk>/booking_requests/
  GET                signed 200
/api/sessions/<id:pk>/withdraw_request/
  POST               401  404  404  404  204  404  404  404  404  401
# S7; a block (F2) doesn't affect group sessions
/api/sessions/<id:pk>/join/
  POST               401  201  201  201  400  400  201  400  201  401
  POST:instant       401  201  201  201  201  400  201  400  201  401
  POST:begun         401  400  400  400  400  400  400  400  400  401
/api/sessions/<id:pk>/leave/
  POST               401  400  400  400  400  200  400  400  400  401
  POST:instant       401  400  400  400  400  200  400  400  400  401
/api/sessions/<id:pk>/participants/
  GET                signed 200
/api/sessions/created_sessions/
  GET                signed 200
/api/sessions/joined_sessions/
  GET                signed 200
/api/sessions/my_sessions/
  GET                signed 200
/api/sessions/requested_sessions/
  GET                signed 200

# ── M2: materials. By default the participant's note; `creators` is the creator's file, and
#    `elsewhere` is the note through another session's path ─────────────────────────────────────
/api/sessions/<id:session_id>/materials/
  GET                401  403  403  403  403  200  403  200  200  401
  POST               401  403  403  403  403  201  403  201  403  401
  POST:form          401  403  403  403  403  201  403  201  403  401
/api/sessions/<id:session_id>/materials/<id:pk>/
  GET                401  403  403  403  403  200  403  200  200  401
  PUT                401  403  403  403  403  200  403  200  403  401
  PATCH              401  403  403  403  403  200  403  200  403  401
  DELETE             401  403  403  403  403  204  403  204  403  401
  GET:creators       401  403  403  403  403  200  403  200  200  401
  PUT:creators       401  403  403  403  403  403  403  200  403  401
  PATCH:creators     401  403  403  403  403  403  403  200  403  401
  DELETE:creators    401  403  403  403  403  403  403  204  403  401
  GET:elsewhere      signed 404
  PUT:elsewhere      signed 404
  PATCH:elsewhere    signed 404
  DELETE:elsewhere   signed 404
# M1: a signed address needs no token, so other methods give 405 without one; but a token that is
# sent must be valid. An invalid signature is a 404 whether or not the file exists (S9)
/api/sessions/<id:session_id>/materials/<id:pk>/file/ half
  GET                401  403  403  403  403  200  403  200  200  401
  GET:signed         all 200
  GET:tampered       all 404

# ── N1: notifications: one's own only ────────────────────────────────────────────────────────
/api/notifications/
  GET                signed 200
/api/notifications/mark_all_as_read/
  POST               signed 200
/api/notifications/unread_count/
  GET                signed 200
/api/notifications/<id:pk>/
  GET                401  404  404  404  404  404  404  200  404  401
/api/notifications/<id:pk>/mark_as_read/
  POST               401  404  404  404  404  404  404  200  404  401

# ── F: friends. `<id:user_id>` is the creator, who acts on themselves there ──────────────────
/v1/friends/
  GET                signed 200
/v1/friends/requests/
  GET                signed 200
# F1: already friends, or already asked: 400; F2: blocked: 403
  POST               401  201  400  403  400  400  201  400  201  401
/v1/friends/requests/<id:pk>/
  DELETE             401  404  404  404  204  404  404  403  404  401
/v1/friends/requests/<id:pk>/accept/
  POST               401  404  404  404  403  404  404  200  404  401
/v1/friends/requests/<id:pk>/decline/
  POST               401  404  404  404  403  404  404  200  404  401
/v1/friends/<id:user_id>/
  DELETE             401  404  204  404  404  204  404  400  404  401
/v1/friends/<id:user_id>/block/
  POST               401  204  204  204  204  204  204  400  204  401
  DELETE             signed 204
# F3: friends may write; friends and former friends may read
/v1/friends/<id:user_id>/messages/
  GET                401  403  200  403  403  200  200  403  403  401
  POST               401  403  201  403  403  201  403  403  403  401
/v1/friends/<id:user_id>/messages/read/
  POST               401  403  200  403  403  200  200  403  403  401
/v1/users/
  GET                signed 200

# ── O: 1-on-1 sessions of the creator and the participant: 403 for all others, also staff (O3) ─
/v1/sessions/
  GET                signed 200
/v1/sessions/create/
  POST               401  403  201  403  403  201  403  400  403  401
/v1/sessions/<id:pk>/
  GET                401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/audit-logs/
  GET                401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/start/
  POST               401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/ready/
  POST               401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/join-token/
  POST               401  403  403  403  403  201  403  201  403  401
/v1/sessions/<id:pk>/leave/
  POST               401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/end/
  POST               401  403  403  403  403  200  403  200  403  401
/v1/sessions/<id:pk>/cancel/
  POST               401  403  403  403  403  200  403  200  403  401
# O6: somebody else's token: 403
/v1/sessions/join-token/validate/
  POST               401  403  403  403  403  403  403  200  403  401
# O8: Zoom's signature instead of a person's token; the room is open to all who have its address
/v1/zoom/webhook/ open
  POST               all 401
  POST:signed        all 200
/v1/stand-in-room/<slug:room>/ open
  GET                all 200
"""
